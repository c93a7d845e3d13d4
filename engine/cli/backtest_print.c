/* A back-test as tables. What could not be told stands before the differences, since they are true
 * of the rest only.
 */
#include "cli/backtest_print.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"

static const char *print_number(struct rd_arena *arena, const struct rd_value *row, const char *key)
{
    return rd_arena_printf(arena, "%lld", (long long)rd_map_int(row, key, 0));
}

static void print_rules(struct rd_cli *cli, const struct rd_value *rows)
{
    static const struct rd_column columns[] = { { "rule", false },
                                                { "said", true },
                                                { "would say", true },
                                                { "line then", false },
                                                { "line now", false } };
    struct rd_grid grid;
    if (rows->count == 0)
        return;
    rd_buf_text(&cli->out, "\nDecisions that differ, by rule\n");
    rd_grid_init(&grid, &cli->arena, columns, 5);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_grid_add(&grid, (const char *const[]){ rd_map_text(row, "name", ""),
                                                  print_number(&cli->arena, row, "was"),
                                                  print_number(&cli->arena, row, "is"),
                                                  rd_map_text(row, "line_was", "-"),
                                                  rd_map_text(row, "line_is", "-") });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void print_commands(struct rd_cli *cli, const struct rd_value *rows)
{
    static const struct rd_column columns[] = {
        { "command", false },    { "asked", true },         { "would refuse", true },
        { "would allow", true }, { "another state", true }, { "other effects", true },
        { "answer only", true }
    };
    static const char *const keys[] = { "asked", "refused", "allowed", "path", "effect", "answer" };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 7);
    bool any = false;
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        const char *cells[7] = { rd_map_text(row, "name", "") };
        if (row->count <= 2) /* name and asked: nothing differs */
            continue;
        for (size_t k = 0; k < 6; k++)
            cells[k + 1] = print_number(&cli->arena, row, keys[k]);
        rd_grid_add(&grid, cells);
        any = true;
    }
    if (any)
        rd_buf_text(&cli->out, "\nBy command\n");
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void print_money(struct rd_cli *cli, const struct rd_value *rows)
{
    static const struct rd_column columns[] = { { "money", false },   { "times", true },
                                                { "was", true },      { "times", true },
                                                { "would be", true }, { "more", true },
                                                { "not known", true } };
    struct rd_grid grid;
    bool whole = false; /* cases, of which some are not known to their end */
    for (uint32_t i = 0; i < rows->count; i++)
        whole |= rd_map_get(&rows->items[i], "open") != NULL;
    rd_grid_init(&grid, &cli->arena, columns, whole ? 7 : 6);
    rd_buf_text(&cli->out, "\nMoney granted at once, and posted\n");
    bool any = false;
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        if (strcmp(rd_map_text(row, "more", ""), "0.00") == 0 && !rd_map_get(row, "open"))
            continue;
        any = true;
        rd_grid_add(&grid,
                    (const char *const[]){
                        rd_map_text(row, "name", ""), print_number(&cli->arena, row, "was_count"),
                        rd_map_text(row, "was", ""), print_number(&cli->arena, row, "is_count"),
                        rd_map_text(row, "is", ""), rd_map_text(row, "more", ""),
                        rd_map_text(row, "open", "-") });
    }
    if (!any)
        rd_buf_text(&cli->out, "  as much as before\n");
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void print_deadlines(struct rd_cli *cli, const struct rd_value *map)
{
    static const char *const texts[][2] = {
        { "later", "would be due later" },
        { "earlier", "would be due earlier" },
        { "gone", "would not be there" },
        { "begun", "would be there in addition" },
        { "broken", "were kept and would have been broken" },
        { "saved", "were broken and would have been kept" },
        { "open", "how they would have ended is not known" },
    };
    bool any = false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        any |= rd_map_int(map, texts[i][0], 0) > 0;
    if (!any)
        return;
    rd_buf_text(&cli->out, "\nDeadlines\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        rd_buf_printf(&cli->out, "  %9lld %s\n", (long long)rd_map_int(map, texts[i][0], 0),
                      texts[i][1]);
}

/* "limit = 100.00 (rules/remedies.lua:12)", or the refusal. */
static const char *print_side(struct rd_cli *cli, const struct rd_value *side)
{
    const char *rule = rd_map_text(side, "rule", NULL),
               *refused = rd_map_text(side, "refused", NULL);
    const char *state = rd_map_text(side, "state", NULL);
    return rd_arena_printf(&cli->arena, "%s%s%s%s%s%s%s%s", refused ? "refused: " : "",
                           rule      ? rule
                           : refused ? rd_map_text(side, "reason", refused)
                                     : "-",
                           rule ? ": " : "", rule ? rd_map_text(side, "outcome", "") : "",
                           rule ? " (" : "", rule ? rd_map_text(side, "line", "") : "",
                           rule ? ")" : "",
                           state ? rd_arena_printf(&cli->arena, " -> %s", state) : "");
}

/* Of a case that was run again as a whole: how it ends. */
static void print_end(struct rd_cli *cli, const struct rd_value *row)
{
    const char *why = rd_map_text(row, "why", NULL), *is = rd_map_text(row, "ended_is", NULL);
    if (!rd_map_get(row, "ended"))
        return;
    rd_buf_printf(&cli->out, "      then      %s; would be %s%s\n",
                  rd_map_text(row, "ended_was", "not there"), why ? "not known: " : "",
                  why  ? why
                  : is ? is
                       : "not there");
}

static void print_cases(struct rd_cli *cli, const char *heading, const struct rd_value *cases)
{
    struct rd_buf *out = &cli->out;
    if (!cases || cases->count == 0)
        return;
    rd_buf_printf(out, "\n%s\n", heading);
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct rd_value *row = &cases->items[i];
        const char *number = rd_map_text(row, "number", rd_map_text(row, "id", "-"));
        rd_buf_printf(out, "  %-18s %s  %s, entry %lld\n", number, rd_map_text(row, "at", ""),
                      rd_map_text(row, "command", ""), (long long)rd_map_int(row, "seq", 0));
        const char *was = print_side(cli, rd_map_get(row, "was"));
        const char *is = print_side(cli, rd_map_get(row, "is"));
        rd_buf_text(out, "      was       ");
        rd_output_plain(out, was, strlen(was));
        rd_buf_text(out, "\n      would be  ");
        rd_output_plain(out, is, strlen(is));
        rd_buf_char(out, '\n');
        print_end(cli, row);
    }
}

static void print_apart(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *apart = rd_map_list(result, "apart"),
                          *wanted = rd_map_list(result, "wanted");
    if (apart->count == 0)
        return;
    rd_output_tint(&cli->out, cli->colour, RD_TINT_WARN,
                   "\nNot known, and in none of the sums below\n");
    for (uint32_t i = 0; i < apart->count; i++)
        rd_buf_printf(&cli->out, "  %9lld %s (first: entry %lld)\n",
                      (long long)rd_map_int(&apart->items[i], "count", 0),
                      rd_map_text(&apart->items[i], "name", ""),
                      (long long)rd_map_int(&apart->items[i], "first", 0));
    for (uint32_t i = 0; i < wanted->count; i++)
        rd_buf_printf(&cli->out, "  nobody recorded '%s', which is asked for %lld times\n",
                      rd_map_text(&wanted->items[i], "name", ""),
                      (long long)rd_map_int(&wanted->items[i], "count", 0));
}

static void print_counts(struct rd_cli *cli, const char *heading, const struct rd_value *rows)
{
    if (rows->count)
        rd_buf_printf(&cli->out, "\n%s\n", heading);
    for (uint32_t i = 0; i < rows->count; i++)
        rd_buf_printf(&cli->out, "  %9lld %s\n", (long long)rd_map_int(&rows->items[i], "count", 0),
                      rd_map_text(&rows->items[i], "name", ""));
}

/* What happened of a kind, and what would; nothing where neither did. */
static void print_both(struct rd_cli *cli, const struct rd_value *full, const char *kind,
                       const char *happened, const char *would)
{
    const struct rd_value *both = rd_map_get(full, kind);
    long long was = rd_map_int(both, "was", 0), is = rd_map_int(both, "is", 0);
    if (was || is)
        rd_buf_printf(&cli->out, "  %lld %s, and %lld %s\n", was, happened, is, would);
}

/* What became of whole cases; NULL: each command was asked for itself. */
static void print_full(struct rd_cli *cli, const struct rd_value *full)
{
    static const char *const texts[][2] = {
        { "same", "go the same way" },
        { "changed", "go another way, or end as another" },
        { "undetermined",
          "are not known to their end: there people would be asked something else" },
        { "moved", "would be opened at another time, and what then is not known" },
        { "gone", "would not be opened" },
        { "extra", "would be opened in addition" },
        { "unasked", "things that people did would not be asked of them" },
        { "openings", "cases would be opened that were refused: what would follow is not known" },
        { "replans", "times that only these rules plan all deadlines anew are left out" },
    };
    if (!full)
        return;
    rd_buf_printf(&cli->out, "\n%lld cases, each run again as a whole\n",
                  (long long)rd_map_int(full, "cases", 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (i < 3 || rd_map_int(full, texts[i][0], 0))
            rd_buf_printf(&cli->out, "  %9lld %s\n", (long long)rd_map_int(full, texts[i][0], 0),
                          texts[i][1]);
    print_both(cli, full, "rings", "deadlines rang", "would ring");
    print_both(cli, full, "schedules", "times schedules came", "times they would");
    print_both(cli, full, "jobs", "jobs began", "would begin");
    print_counts(cli, "Not known any further, because", rd_map_list(full, "reasons"));
    print_counts(cli, "Where the ways part: the state then, and the one under these rules",
                 rd_map_list(full, "paths"));
}

void rd_backtest_print(struct rd_cli *cli, const struct rd_value *result)
{
    struct rd_buf *out = &cli->out;
    long long differences = (long long)rd_map_int(result, "differences", 0);
    rd_buf_printf(out,
                  "%lld entries read; %lld commands with %lld decisions asked again under %.12s, "
                  "%s\n",
                  (long long)rd_map_int(result, "entries", 0),
                  (long long)rd_map_int(result, "asked", 0),
                  (long long)rd_map_int(result, "decisions", 0), rd_map_text(result, "policy", ""),
                  rd_map_get(result, "full") ? "in cases run again as a whole" : "each for itself");
    rd_buf_printf(
        out,
        "%lld differ: %lld would be refused, %lld allowed, %lld lead to another "
        "state, %lld have other\neffects, %lld are answered otherwise without "
        "consequence; %lld cases go another way\n",
        differences, (long long)rd_map_int(result, "refused", 0),
        (long long)rd_map_int(result, "allowed", 0), (long long)rd_map_int(result, "path", 0),
        (long long)rd_map_int(result, "effect", 0), (long long)rd_map_int(result, "answer", 0),
        (long long)rd_map_int(result, "cases_changed", 0));
    if (rd_map_int(result, "kept", 0))
        rd_buf_printf(out,
                      "%lld were about cases that stay with the workflow of an earlier generation, "
                      "and were asked that\n",
                      (long long)rd_map_int(result, "kept", 0));
    print_apart(cli, result);
    print_full(cli, rd_map_get(result, "full"));
    print_commands(cli, rd_map_list(result, "commands"));
    print_rules(cli, rd_map_list(result, "rules"));
    if (differences)
        print_money(cli, rd_map_list(result, "money"));
    print_deadlines(cli, rd_map_get(result, "deadlines"));
    print_cases(cli, "Cases to look at, with the first rule that differs",
                rd_map_list(result, "cases"));
    print_cases(cli, "The newest differences", rd_map_list(result, "recent"));
    if (rd_map_get(result, "took_ms"))
        rd_buf_printf(out, "\n%.1f s\n", (double)rd_map_int(result, "took_ms", 0) / 1000.0);
}
