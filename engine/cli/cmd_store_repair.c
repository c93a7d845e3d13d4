/* `redress store repair`: the journal's damaged segments from what is left of them and another copy
 * of the history, then the keys of persons that are missing, then the store from the journal. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/keys_look.h"
#include "cli/output.h"
#include "cli/peek.h"
#include "cli/progress.h"
#include "cli/remake.h"
#include "store/repair.h"

struct mending {
    struct rd_cli *cli;
    struct rd_progress progress;
    struct rd_value segments;
};

static void repair_progress(void *context, uint64_t done, uint64_t all)
{
    struct mending *mending = context;
    rd_progress_set(&mending->progress, done, all);
}

static void repair_mended(void *context, const struct rd_repair_segment *segment)
{
    struct mending *mending = context;
    struct rd_arena *arena = &mending->cli->arena;
    struct rd_value shown = rd_map();
    uint64_t count = segment->last_seq + 1 - segment->first_seq;
    rd_map_add(arena, &shown, "segment", rd_text(rd_arena_printf(arena, "%08x", segment->number)));
    rd_map_add(arena, &shown, "why", rd_text_copy(arena, segment->why, strlen(segment->why)));
    rd_map_add(arena, &shown, "first", rd_int((int64_t)segment->first_seq));
    rd_map_add(arena, &shown, "last", rd_int((int64_t)segment->last_seq));
    rd_map_add(arena, &shown, "intact_here", rd_int((int64_t)(count - segment->taken)));
    rd_map_add(arena, &shown, "taken", rd_int((int64_t)segment->taken));
    rd_list_add(arena, &mending->segments, shown);
}

/* Where the other's segments are: of a backup or a data directory, or they themselves. */
static enum rd_status repair_source(struct rd_cli *cli, const char *data, const char **from,
                                    struct rd_error *error)
{
    const char *given = rd_args_text(&cli->args, "from");
    char real[PATH_MAX], own[PATH_MAX];
    *from = NULL;
    if (!given)
        return RD_OK;
    *from = rd_arena_printf(&cli->arena, "%s/journal", given);
    if (access(*from, F_OK) != 0)
        return rd_error_set(error, RD_NOT_FOUND,
                            "%s is neither a backup nor a data directory: it holds no journal",
                            given);
    const char *journal = rd_arena_printf(&cli->arena, "%s/journal", data);
    if (realpath(*from, real) && realpath(journal, own) && strcmp(real, own) == 0)
        return rd_error_set(error, RD_USAGE, "--from must be another directory than --data");
    return RD_OK;
}

static enum rd_status repair_journal(struct rd_cli *cli, const char *data, struct mending *mending,
                                     struct rd_repair_summary *summary, struct rd_error *error)
{
    struct rd_repair_options options = { .dir = data,
                                         .look = rd_args_flag(&cli->args, "look"),
                                         .known = { .who = "the store" },
                                         .mended = repair_mended,
                                         .progress = repair_progress,
                                         .context = mending };
    enum rd_status status = repair_source(cli, data, &options.from, error);
    if (status == RD_OK)
        status = rd_peek_reached(data, &options.known.seq, options.known.hash, error);
    if (status != RD_OK)
        return status;
    rd_progress_start(&mending->progress, stderr, "proving", "bytes");
    status = rd_repair_journal(&options, summary, error);
    rd_progress_end(&mending->progress);
    return status;
}

/* The store against its journal, which holds; made anew where it is another (`look`: only said). */
static enum rd_status repair_store(struct rd_cli *cli, const char *data, bool look,
                                   const char **word, struct rd_error *error)
{
    struct rd_peek is, should;
    struct rd_kernel_start start;
    char digest[65];
    *word = "equal";
    enum rd_status status = rd_peek(data, &is, error);
    if (status == RD_OK)
        status = rd_peek_fresh(data, NULL, NULL, &should, error);
    if (status != RD_OK || (is.whole && memcmp(is.digest, should.digest, sizeof is.digest) == 0))
        return status;
    *word = is.whole ? "different" : "unreadable";
    if (look)
        return RD_OK;
    status = rd_remake_store(cli, data, is.whole ? RD_REMAKE_STORE : RD_REMAKE_STORE_UNREAD, digest,
                             &start, error);
    *word = is.whole ? "was different, made anew" : "was unreadable, made anew";
    return status;
}

static void repair_print(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = {
        { "segment", false },    { "first", true }, { "last", true },
        { "intact here", true }, { "taken", true }, { "why", false },
    };
    static const char *const names[] = {
        "segment", "first", "last", "intact_here", "taken", "why"
    };
    const struct rd_value *segments = rd_map_list(result, "segments");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 6);
    for (uint32_t i = 0; i < segments->count; i++) {
        const char *cells[6];
        for (int c = 0; c < 6; c++)
            cells[c] = rd_output_cell(&cli->arena, rd_map_get(&segments->items[i], names[c]));
        rd_grid_add(&grid, cells);
    }
    if (segments->count > 0) {
        rd_grid_write(&grid, &cli->out, cli->colour);
        rd_buf_char(&cli->out, '\n');
    }
    rd_buf_printf(&cli->out, "entries  %" PRId64 "\nhash     %s\nstore    %s\n",
                  rd_map_int(result, "entries", 0), rd_map_text(result, "hash", ""),
                  rd_map_text(result, "store", "not looked at: the journal is damaged"));
    if (rd_value_is(rd_map_get(result, "keys"), RD_MAP))
        rd_keys_look_print(rd_map_get(result, "keys"), &cli->out);
}

/* Keys come from the same place as segments; a backup of the store alone has none. */
static enum rd_status repair_keys(struct rd_cli *cli, const char *data, bool look,
                                  struct rd_keys_look *keys, struct rd_error *error)
{
    struct rd_keys_options options = { .data = data,
                                       .from = rd_args_text(&cli->args, "from"),
                                       .change = !look,
                                       .renew = rd_args_flag(&cli->args, "new-keys") };
    return rd_keys_look(&options, &cli->arena, keys, error);
}

static bool repair_keys_change(const struct rd_keys_look *keys)
{
    return keys->count[RD_KEYS_MENDED] + keys->count[RD_KEYS_RENEWED] > 0;
}

/* What is said of it all. `store`, `keys`: NULL where the journal would have to be mended first. */
static enum rd_status repair_report(struct rd_cli *cli, const struct mending *mending,
                                    const struct rd_repair_summary *summary, const char *store,
                                    const struct rd_keys_look *keys, bool look,
                                    struct rd_error *error)
{
    struct rd_arena *arena = &cli->arena;
    struct rd_value result = rd_map();
    bool whole =
        summary->segments == 0 && store && strcmp(store, "equal") == 0 && !repair_keys_change(keys);
    enum rd_status status = keys ? rd_keys_look_verdict(keys, RD_KEYS_ADVICE, error) : RD_OK;
    rd_map_add(arena, &result, "ok", rd_bool(status == RD_OK && (whole || !look)));
    rd_map_add(arena, &result, "segments", mending->segments);
    rd_map_add(arena, &result, "entries", rd_int((int64_t)summary->entries));
    rd_map_add(arena, &result, "hash", rd_text(rd_output_hex(arena, summary->hash, RD_HASH_BYTES)));
    rd_map_add(arena, &result, "store", store ? rd_text(store) : rd_null());
    rd_map_add(arena, &result, "keys", keys ? rd_keys_look_value(keys, arena) : rd_null());
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        repair_print(cli, &result);
    if (whole || !look)
        return status;
    return rd_error_set(error, RD_CHECK_FAILED,
                        "%u segments%s and the store%s would be made anew; nothing was changed",
                        summary->segments, keys && repair_keys_change(keys) ? ", keys" : "",
                        store ? "" : ", perhaps,");
}

enum rd_status rd_run_store_repair(struct rd_cli *cli, struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data"), *store = NULL;
    bool look = rd_args_flag(&cli->args, "look");
    struct mending mending = { .cli = cli, .segments = rd_list() };
    struct rd_repair_summary summary;
    struct rd_keys_look keys;
    enum rd_status status = rd_dirs_check_data(data, error);
    if (status == RD_OK)
        status = repair_journal(cli, data, &mending, &summary, error);
    bool holds = status == RD_OK && (summary.segments == 0 || !look);
    if (holds)
        status = repair_keys(cli, data, look, &keys, error);
    if (holds && status == RD_OK)
        status = repair_store(cli, data, look, &store, error);
    return status == RD_OK
               ? repair_report(cli, &mending, &summary, store, holds ? &keys : NULL, look, error)
               : status;
}
