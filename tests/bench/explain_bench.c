/* What explaining costs: the bytes that entries keep of why (facts and decisions, as they are
 * packed), over whatever a command of the program does in this process; and the instructions.
 *
 *   bench_explain_bench policy test .
 *   bench_explain_bench sim run --months 3 --cases 20000
 *       the command, and behind it the table of what its entries kept
 *   valgrind --tool=callgrind --toggle-collect=rd_kernel_run bench_explain_bench work DIR . 400
 *   ... the same with `silent` behind it
 *       the five events of `redress bench`, and the same with nothing said, read or packed of why:
 *       the difference is what explaining takes
 *
 * The linker puts the functions below in front of the kernel's (--wrap), so that nothing in the
 * program itself knows of being measured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "cli/bench.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "kernel/inside.h"

enum kept { KEPT_ALL, KEPT_RECORD, KEPT_FACTS, KEPT_DECISIONS, KEPT_ONE, KEPT_ENTRY, KEPTS };

static const char *const KEPT_NAMES[KEPTS] = {
    "facts and decisions of an entry",
    "  for each record it changes",
    "  its facts",
    "  its decisions",
    "  one of its decisions",
    "the whole entry",
};

static struct rd_hist hists[KEPTS];
static uint64_t sums[KEPTS], cut; /* cut: entries that do not keep all of it */
static bool working, silent;
static struct rd_buf packed;

void __real_rd_entry_pack(struct rd_command_entry *entry, struct rd_names *names,
                          struct rd_buf *out);
void __wrap_rd_entry_pack(struct rd_command_entry *entry, struct rd_names *names,
                          struct rd_buf *out);
void __real_rd_run_says(struct rd_run *run, const char *rule, const char *place,
                        const char *outcome, const char *reason);
void __wrap_rd_run_says(struct rd_run *run, const char *rule, const char *place,
                        const char *outcome, const char *reason);
void __real_rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                           const char *outcome, const char *reason);
void __wrap_rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                           const char *outcome, const char *reason);
void __real_rd_run_read_first(struct rd_run *run, uint16_t number, const char *name,
                              struct rd_value value);
void __wrap_rd_run_read_first(struct rd_run *run, uint16_t number, const char *name,
                              struct rd_value value);

static size_t packed_bytes(const struct rd_value *value, struct rd_names *names)
{
    rd_buf_clear(&packed);
    if (value->kind != RD_NULL)
        rd_pack_write_named(&packed, value, names);
    return packed.len;
}

static void keep(enum kept which, size_t bytes)
{
    rd_hist_add(&hists[which], bytes);
    sums[which] += bytes;
}

/* At least one. */
static size_t records_changed(const struct rd_value *effects)
{
    size_t count = 0;
    for (uint32_t i = 0; effects->kind == RD_LIST && i < effects->count; i++)
        count += effects->items[i].items[0].integer == RD_EFFECT_RECORD;
    return count ? count : 1;
}

void __wrap_rd_entry_pack(struct rd_command_entry *entry, struct rd_names *names,
                          struct rd_buf *out)
{
    __real_rd_entry_pack(entry, names, out);
    if (working) /* nothing but the program is measured there */
        return;
    if (entry->decisions.kind != RD_LIST || entry->decisions.count == 0)
        return; /* nothing was decided: an activation, a backup */
    size_t facts = packed_bytes(&entry->facts, names);
    size_t decisions = packed_bytes(&entry->decisions, names);
    keep(KEPT_ALL, facts + decisions);
    keep(KEPT_RECORD, (facts + decisions) / records_changed(&entry->effects));
    keep(KEPT_FACTS, facts);
    keep(KEPT_DECISIONS, decisions);
    keep(KEPT_ENTRY, out->len);
    cut += rd_said_cut(&entry->decisions);
    for (uint32_t i = 0; i < entry->decisions.count; i++)
        keep(KEPT_ONE, packed_bytes(&entry->decisions.items[i], names));
}

void __wrap_rd_run_says(struct rd_run *run, const char *rule, const char *place,
                        const char *outcome, const char *reason)
{
    if (!silent)
        __real_rd_run_says(run, rule, place, outcome, reason);
}

void __wrap_rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                           const char *outcome, const char *reason)
{
    if (!silent)
        __real_rd_run_decided(run, rule, file, line, outcome, reason);
}

void __wrap_rd_run_read_first(struct rd_run *run, uint16_t number, const char *name,
                              struct rd_value value)
{
    if (!silent)
        __real_rd_run_read_first(run, number, name, value);
}

static void kept_print(void)
{
    printf("\nbytes kept of why: %llu entries, %.1f decisions each\n",
           (unsigned long long)hists[KEPT_ALL].count,
           hists[KEPT_ALL].count ? (double)hists[KEPT_ONE].count / (double)hists[KEPT_ALL].count
                                 : 0.0);
    printf("%llu of them were too long to be kept whole\n", (unsigned long long)cut);
    printf("%-34s %8s %8s %8s %8s %8s\n", "", "mean", "p50", "p90", "p99", "max");
    for (int k = 0; k < KEPTS; k++)
        printf("%-34s %8.1f %8llu %8llu %8llu %8llu\n", KEPT_NAMES[k],
               hists[k].count ? (double)sums[k] / (double)hists[k].count : 0.0,
               (unsigned long long)rd_hist_quantile(&hists[k], 0.5),
               (unsigned long long)rd_hist_quantile(&hists[k], 0.9),
               (unsigned long long)rd_hist_quantile(&hists[k], 0.99),
               (unsigned long long)hists[k].max);
}

static int fail(const struct rd_error *error)
{
    fprintf(stderr, "%s\n", error->text);
    return 1;
}

static int work(int argc, char **argv)
{
    struct rd_error error = RD_ERROR_NONE;
    uint64_t cases = strtoull(argv[4], NULL, 10);
    working = true;
    silent = argc > 5 && strcmp(argv[5], "silent") == 0;
    if (rd_bench_fill(argv[2], argv[3], cases, RD_BENCH_STEPS, &error) != RD_OK)
        return fail(&error);
    return 0;
}

static int command_run(int argc, char **argv)
{
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_command *command;
    struct rd_cli cli;
    int used;
    if (rd_command_find(argc - 1, argv + 1, &command, &used, &error) != RD_OK)
        return fail(&error);
    enum rd_status status = rd_cli_init(&cli, command, argc - 1 - used, argv + 1 + used, &error);
    if (status == RD_OK)
        status = command->run(&cli, &error);
    if (rd_cli_flush(&cli, &error) != RD_OK || status != RD_OK)
        return fail(&error);
    rd_cli_fini(&cli);
    kept_print();
    return 0;
}

int main(int argc, char **argv)
{
    rd_buf_init(&packed);
    for (int k = 0; k < KEPTS; k++)
        rd_hist_init(&hists[k]);
    if (argc > 4 && strcmp(argv[1], "work") == 0)
        return work(argc, argv);
    if (argc < 2) {
        fprintf(stderr, "usage: explain_bench COMMAND... | work DIR POLICY CASES [silent]\n");
        return 2;
    }
    return command_run(argc, argv);
}
