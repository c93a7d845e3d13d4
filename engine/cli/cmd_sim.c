/* The simulation's command: a scratch directory, a kernel on a manual clock, months of work, and
 * what came of it. Exit code 1 where anything that must hold did not.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/forecast.h"
#include "cli/output.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "cli/sim.h"
#include "domain/zone.h"
#include "policy/policy.h"

#define SIM_MONTHS_MAX 120
#define SIM_CASES_MAX 5000000
#define SIM_DAY_MS 86400000ll
#define SIM_START "2026-03-02"

struct sim_command {
    struct rd_cli *cli;
    struct rd_sim sim;
    const char *policy_dir, *data_dir;
    int64_t months, took_ms;
    unsigned char digest[32];
    struct rd_progress progress;
};

static void sim_progress(void *context, int64_t done_ms, int64_t all_ms)
{
    struct sim_command *command = context;
    rd_progress_set(&command->progress, (uint64_t)(done_ms / SIM_DAY_MS),
                    (uint64_t)(all_ms / SIM_DAY_MS));
}

/* From --start on, in the company's zone. */
static enum rd_status sim_span(struct sim_command *command, struct rd_error *error)
{
    struct rd_sim *sim = &command->sim;
    const char *start = rd_args_text(&command->cli->args, "start");
    start = start ? start : SIM_START;
    if (!rd_sim_day_ms(sim->model->local, start, 0, &sim->start_ms) ||
        !rd_sim_day_ms(sim->model->local, start, command->months, &sim->end_ms))
        return rd_error_set(error, RD_USAGE, "--start takes a day such as 2026-03-02, not '%s'",
                            start);
    return RD_OK;
}

/* The company's zone must be known before the clock can be set: the policy is loaded by itself
 * first. */
static enum rd_status sim_open(struct sim_command *command, struct rd_policy **policy,
                               struct rd_error *error)
{
    struct rd_sim *sim = &command->sim;
    struct rd_policy_source *sources;
    size_t count;
    struct rd_findings findings;
    rd_findings_init(&findings, &command->cli->arena);
    enum rd_status status = rd_policy_open_dir(&command->cli->arena, command->policy_dir, &sources,
                                               &count, policy, error);
    if (status != RD_OK)
        return status;
    sim->model = rd_policy_model(*policy);
    status = sim_span(command, error);
    return status == RD_OK
               ? rd_sim_begin(sim, command->data_dir, *policy, sources, count, &findings, error)
               : status;
}

static struct rd_value sim_counts(struct rd_arena *arena, const struct rd_sim_counts *counts)
{
    struct rd_value map = rd_map();
    for (size_t i = 0; i < counts->count; i++)
        rd_map_set(arena, &map, counts->items[i].name, rd_int((int64_t)counts->items[i].count));
    return map;
}

static struct rd_value sim_result(struct sim_command *command)
{
    struct rd_arena *arena = &command->cli->arena;
    const struct rd_sim *sim = &command->sim;
    struct rd_value map = rd_map(), breaches = rd_list();
    char *hash = rd_arena_alloc(arena, 2 * sizeof command->digest + 1);
    sodium_bin2hex(hash, 2 * sizeof command->digest + 1, command->digest, sizeof command->digest);
    rd_map_set(arena, &map, "seed", rd_int((int64_t)sim->random.seed));
    rd_map_set(arena, &map, "days", rd_int((sim->end_ms - sim->start_ms) / SIM_DAY_MS));
    rd_map_set(arena, &map, "records", rd_int((int64_t)sim->book.count));
    rd_map_set(arena, &map, "acts", rd_int((int64_t)sim->acts));
    rd_map_set(arena, &map, "rings", rd_int((int64_t)sim->rings));
    rd_map_set(arena, &map, "entries", rd_int((int64_t)sim->entries));
    rd_map_set(arena, &map, "batches", rd_int((int64_t)sim->batches));
    rd_map_set(arena, &map, "opened", sim_counts(arena, &sim->opened_types));
    rd_map_set(arena, &map, "seen", sim_counts(arena, &sim->started_types));
    rd_map_set(arena, &map, "events", sim_counts(arena, &sim->events));
    rd_map_set(arena, &map, "refused", sim_counts(arena, &sim->refusals));
    rd_map_set(arena, &map, "people", sim_counts(arena, &sim->attacks));
    rd_map_set(arena, &map, "checks", sim_counts(arena, &sim->checks));
    rd_map_set(arena, &map, "breaches", rd_int((int64_t)sim->breach_count));
    for (size_t i = 0; i < sim->breach_count && i < RD_SIM_BREACHES_KEPT; i++)
        rd_list_add(arena, &breaches, rd_text(sim->breaches[i]));
    rd_map_set(arena, &map, "first_breaches", breaches);
    rd_map_set(arena, &map, "hash", rd_text(hash));
    rd_map_set(arena, &map, "took_ms", rd_int(command->took_ms));
    return map;
}

static void sim_print_counts(struct rd_buf *out, const char *title, const struct rd_value *map)
{
    size_t width = 0;
    for (uint32_t i = 0; i < map->count; i++)
        if (strlen(map->pairs[i].key) > width)
            width = strlen(map->pairs[i].key);
    rd_buf_printf(out, "\n%s\n", title);
    for (uint32_t i = 0; i < map->count; i++)
        rd_buf_printf(out, "  %-*s %9lld\n", (int)width, map->pairs[i].key,
                      (long long)map->pairs[i].value.integer);
}

static void sim_print(struct rd_buf *out, const struct rd_value *result)
{
    const struct rd_value *breaches = rd_map_list(result, "first_breaches");
    rd_buf_printf(
        out,
        "%lld days, %lld records, %lld acts of people, %lld deadlines rang, %lld "
        "journal entries\n",
        (long long)rd_map_int(result, "days", 0), (long long)rd_map_int(result, "records", 0),
        (long long)rd_map_int(result, "acts", 0), (long long)rd_map_int(result, "rings", 0),
        (long long)rd_map_int(result, "entries", 0));
    sim_print_counts(out, "Records 记录", rd_map_get(result, "seen"));
    sim_print_counts(out, "Events done 已办事件", rd_map_get(result, "events"));
    sim_print_counts(out, "Refused 拒绝", rd_map_get(result, "refused"));
    sim_print_counts(out, "How people acted 经办方式", rd_map_get(result, "people"));
    sim_print_counts(out, "Checks made 检查次数", rd_map_get(result, "checks"));
    rd_buf_printf(out, "\nBreaches 违例: %lld\n", (long long)rd_map_int(result, "breaches", 0));
    for (uint32_t i = 0; i < breaches->count; i++)
        rd_buf_printf(out, "  %s\n", breaches->items[i].text);
    rd_buf_printf(out, "\nseed %lld  hash %s  %.1f s\n", (long long)rd_map_int(result, "seed", 0),
                  rd_map_text(result, "hash", ""),
                  (double)rd_map_int(result, "took_ms", 0) / 1000.0);
}

static enum rd_status sim_play(struct sim_command *command, struct rd_error *error)
{
    struct rd_policy *policy = NULL;
    struct rd_sim *sim = &command->sim;
    int64_t began_ns = rd_clock_mono_ns();
    enum rd_status status = sim_open(command, &policy, error);
    if (status == RD_OK) {
        rd_progress_start(&command->progress, stderr, "simulating", "days");
        status = rd_sim_run(sim, sim_progress, command, error);
        rd_progress_end(&command->progress);
    }
    if (status == RD_OK)
        status = rd_kernel_digest(sim->kernel, command->digest, error);
    command->took_ms = (rd_clock_mono_ns() - began_ns) / 1000000;
    rd_kernel_close(sim->kernel);
    sim->kernel = NULL;
    rd_policy_free(policy);
    return status;
}

static enum rd_status sim_dir(struct sim_command *command, struct rd_error *error)
{
    const struct rd_args *args = &command->cli->args;
    command->data_dir = rd_args_text(args, "data");
    enum rd_status status =
        rd_dirs_find_policy(rd_args_text(args, "policy"), &command->policy_dir, error);
    if (status != RD_OK || !command->data_dir)
        return status == RD_OK
                   ? rd_dirs_make_scratch(&command->cli->arena, &command->data_dir, error)
                   : status;
    if (rd_dirs_check_data(command->data_dir, error) == RD_OK)
        return rd_error_set(error, RD_IN_USE, "%s holds data already; name a new directory",
                            command->data_dir);
    return rd_dirs_make(command->data_dir, error);
}

static bool sim_is(const struct rd_cli *cli, const char *output)
{
    return strcmp(rd_args_text(&cli->args, "output"), output) == 0;
}

/* Without a past: the rules are what is tried. */
static enum rd_status sim_alone(struct sim_command *command, struct rd_error *error)
{
    struct rd_cli *cli = command->cli;
    static const char *const fitted[] = { "since", "until", "staff", "arrivals" };
    for (size_t i = 0; i < sizeof fitted / sizeof *fitted; i++)
        if (rd_args_given(&cli->args, fitted[i]))
            return rd_error_set(error, RD_USAGE, "--%s goes with --from-history", fitted[i]);
    if (sim_is(cli, "html"))
        return rd_error_set(error, RD_USAGE, "-o html goes with --from-history");
    enum rd_status status = sim_play(command, error);
    if (status != RD_OK)
        return status;
    struct rd_value result = sim_result(command);
    if (sim_is(cli, "json"))
        rd_cli_print_json(cli, &result);
    else
        sim_print(&cli->out, &result);
    if (command->sim.breach_count > 0)
        return rd_error_set(error, RD_CHECK_FAILED, "%" PRIu64 " breaches of what must hold",
                            command->sim.breach_count);
    return RD_OK;
}

static enum rd_status sim_forecast(struct sim_command *command, struct rd_error *error)
{
    struct rd_cli *cli = command->cli;
    const struct rd_args *args = &cli->args;
    struct rd_forecast_options options = {
        .history_dir = rd_args_text(args, "from-history"),
        .policy_dir = command->policy_dir,
        .data_dir = command->data_dir,
        .start = rd_args_text(args, "start"),
        .since = rd_args_text(args, "since"),
        .until = rd_args_text(args, "until"),
        .months = command->months,
        .seed = command->sim.random.seed,
    };
    struct rd_value result;
    if (rd_args_given(args, "cases"))
        return rd_error_set(error, RD_USAGE,
                            "how many cases come is in the history: --cases does not go with "
                            "--from-history; --arrivals \"all +20%%\" makes them more");
    options.staff_count = rd_args_list(args, "staff", options.staff, RD_WHAT_IF_MAX + 1);
    options.arrival_count = rd_args_list(args, "arrivals", options.arrivals, RD_WHAT_IF_MAX + 1);
    enum rd_status status = rd_forecast(&options, &cli->arena, &result, error);
    if (status != RD_OK)
        return status;
    if (sim_is(cli, "json"))
        rd_cli_print_json(cli, &result);
    else if (sim_is(cli, "html"))
        rd_forecast_html(&cli->out, &result);
    else
        rd_forecast_print(&cli->arena, &cli->out, &result);
    int64_t breaches = rd_map_int(&result, "breaches", 0);
    return breaches ? rd_error_set(error, RD_CHECK_FAILED, "%" PRId64 " breaches of what must hold",
                                   breaches)
                    : RD_OK;
}

enum rd_status rd_run_sim_run(struct rd_cli *cli, struct rd_error *error)
{
    struct sim_command *command = calloc(1, sizeof *command);
    RD_ASSERT(command);
    command->cli = cli;
    command->months = rd_args_number(&cli->args, "months", 3);
    rd_sim_init(&command->sim, (uint64_t)rd_args_number(&cli->args, "seed", 1));
    command->sim.cases = (uint64_t)rd_args_number(&cli->args, "cases", 20000);
    enum rd_status status = RD_OK;
    if (command->months < 1 || command->months > SIM_MONTHS_MAX)
        status = rd_error_set(error, RD_USAGE, "--months lies between 1 and %d", SIM_MONTHS_MAX);
    else if (command->sim.cases < 1 || command->sim.cases > SIM_CASES_MAX)
        status = rd_error_set(error, RD_USAGE, "--cases lies between 1 and %d", SIM_CASES_MAX);
    if (status == RD_OK)
        status = sim_dir(command, error);
    if (status == RD_OK && rd_args_text(&cli->args, "from-history"))
        status = sim_forecast(command, error);
    else if (status == RD_OK)
        status = sim_alone(command, error);
    if (command->data_dir && !rd_args_text(&cli->args, "data"))
        rd_dirs_remove(command->data_dir);
    rd_sim_fini(&command->sim);
    free(command);
    return status;
}
