/* The command: builds the stage, plays the day, tells what happened, and goes on serving where it
 * is not told otherwise.
 *
 * The play's policy is loaded here too, for labels and for the zone in which people read times.
 * What is allowed is decided by the daemon alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "cli/play.h"
#include "cli/policy_print.h"

static enum rd_status play_load_policy(struct rd_play *play, struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    enum rd_status status = rd_policy_open_dir(play->arena, play->daemon.policy_dir, &sources,
                                               &count, &play->policy, error);
    if (status == RD_OK)
        play->model = rd_policy_model(play->policy);
    return status;
}

static enum rd_status play_begin(struct rd_play *play, struct rd_error *error)
{
    const struct rd_args *args = &play->cli->args;
    enum rd_status status =
        rd_dirs_find_policy(rd_args_text(args, "policy"), &play->daemon.policy_dir, error);
    if (status == RD_OK)
        status = play_load_policy(play, error);
    if (status == RD_OK)
        status = rd_play_daemon_prepare(play, rd_args_text(args, "data"), error);
    if (status != RD_OK)
        return status;
    int64_t start_ms = rd_play_time(play, rd_play_day_start);
    play->now_ms = start_ms;
    return rd_play_daemon_start(play, start_ms, error);
}

static void play_print_head(struct rd_play *play, const struct rd_value *info)
{
    const struct rd_value *clock = rd_map_get(info, "clock");
    struct rd_buf *out = &play->cli->out;
    char head[160];
    snprintf(head, sizeof(head), "%s %s", rd_map_text(info, "name", "?"),
             rd_map_text(info, "version", "?"));
    rd_output_tint(out, play->cli->colour, RD_TINT_BOLD, head);
    rd_buf_printf(out, " plays the company '%s' (rules of %s, times of %s) on %s\n",
                  rd_map_text(info, "company", "?"), play->daemon.policy_dir,
                  rd_map_text(clock, "zone", "?"), play->daemon.data_dir);
}

/* Plays all steps, or up to the one that comes out otherwise. */
static enum rd_status play_run(struct rd_play *play, struct rd_error *error)
{
    struct rd_value params = rd_map();
    struct rd_value info;
    size_t count;
    const struct rd_play_step *steps = rd_play_day(&count);
    enum rd_status status = rd_play_call(play, "server.info", &params, &info, error);
    if (status != RD_OK)
        return status;
    play_print_head(play, &info);
    for (size_t i = 0; status == RD_OK && i < count; i++)
        status = rd_play_step(play, &steps[i], error);
    if (status != RD_OK) {
        rd_play_report_timeline(play);
        return status;
    }
    return rd_play_report(play, error);
}

/* The program as one may type it here. */
static const char *play_program(struct rd_play *play)
{
    char path[4096];
    char here[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (len <= 0)
        return "redress";
    path[len] = '\0';
    size_t above = getcwd(here, sizeof(here)) ? strlen(here) : 0;
    bool below = above > 0 && strncmp(path, here, above) == 0 && path[above] == '/';
    const char *typed = below ? path + above + 1 : path;
    return rd_arena_copy(play->arena, typed, strlen(typed));
}

static void play_print_way_on(struct rd_play *play)
{
    struct rd_buf *out = &play->cli->out;
    const char *program = play_program(play);
    rd_buf_printf(out,
                  "\nThe daemon goes on; its clock stands at %s until somebody moves it. From "
                  "another terminal:\n\n"
                  "  export REDRESS_CONNECT=%s\n"
                  "  %s case list complaint\n"
                  "  %s case history %s\n"
                  "  %s case open complaint customer=%s channel=hotline problem=billing "
                  "summary=Again --as kf1\n"
                  "  %s clock advance --by '4 hours'\n"
                  "  printf '%%s\\n' '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\"}' | "
                  "nc -U -q1 %s\n\n"
                  "Its log is %s. Ctrl-C ends it.\n",
                  rd_play_clock(play, play->now_ms), play->daemon.address, program, program,
                  play->names[play->name_count - 1].id, program, play->names[0].id, program,
                  play->daemon.socket, play->daemon.log);
}

/* The last chapter, and what comes behind it. */
static enum rd_status play_end(struct rd_play *play, struct rd_error *error)
{
    bool once = rd_args_flag(&play->cli->args, "once");
    enum rd_status status = once ? rd_play_daemon_stop(play, error) : RD_OK;
    if (status == RD_OK)
        status = rd_play_report_journal(play, error);
    if (status == RD_OK && !once)
        play_print_way_on(play);
    if (status == RD_OK)
        status = rd_cli_flush(play->cli, error);
    return status == RD_OK && !once ? rd_play_daemon_wait(play, error) : status;
}

enum rd_status rd_run_play(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_play *play = rd_arena_zalloc(&cli->arena, 1, sizeof(*play));
    struct rd_error late = RD_ERROR_NONE;
    play->cli = cli;
    play->arena = &cli->arena;
    enum rd_status status = play_begin(play, error);
    if (status == RD_OK)
        status = play_run(play, error);
    if (status == RD_OK)
        status = play_end(play, error);
    enum rd_status stopped = rd_play_daemon_stop(play, &late);
    if (status == RD_OK && stopped != RD_OK) {
        status = stopped;
        *error = late;
    }
    rd_policy_free(play->policy);
    return status;
}
