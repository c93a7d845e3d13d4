/* Cases and records: opened, acted on, listed, shown, explained. Each command is one call of a
 * method; what is printed for people keeps to what the reply holds, so that a field that the reader
 * may not see can't be printed by accident.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"

#define CELLS(grid, ...) rd_grid_add((grid), (const char *const[]){ __VA_ARGS__ })

static const char *case_text(struct rd_cli *cli, const struct rd_value *map, const char *key)
{
    return rd_output_cell(&cli->arena, rd_map_get(map, key));
}

static void case_print_grid(struct rd_cli *cli, struct rd_grid *grid, const char *title)
{
    if (grid->row_count == 0)
        return;
    if (title)
        rd_buf_printf(&cli->out, "\n%s\n", title);
    rd_grid_write(grid, &cli->out, cli->colour);
}

/* ---- one case ---- */

static void case_print_deadlines(struct rd_cli *cli, const struct rd_value *record)
{
    static const struct rd_column columns[] = { { "deadline", false },
                                                { "due", false },
                                                { "clock", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 3);
    const struct rd_value *deadlines = rd_map_list(record, "deadlines");
    for (uint32_t i = 0; i < deadlines->count; i++) {
        const struct rd_value *deadline = &deadlines->items[i];
        CELLS(&grid, case_text(cli, deadline, "name"), case_text(cli, deadline, "due"),
              rd_map_bool(deadline, "running", true) ? "running" : "standing");
    }
    case_print_grid(cli, &grid, "deadlines");
}

static void case_print_decisions(struct rd_cli *cli, const struct rd_value *record)
{
    static const struct rd_column columns[] = {
        { "rule", false }, { "line", false }, { "outcome", false }, { "reason", false }
    };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 4);
    const struct rd_value *decisions = rd_map_list(record, "decisions");
    for (uint32_t i = 0; i < decisions->count; i++) {
        const struct rd_value *decision = &decisions->items[i];
        CELLS(&grid, case_text(cli, decision, "rule"), case_text(cli, decision, "line"),
              case_text(cli, decision, "outcome"), case_text(cli, decision, "reason"));
    }
    case_print_grid(cli, &grid, "decisions");
}

static void case_print_map(struct rd_cli *cli, const struct rd_value *map, const char *title)
{
    static const struct rd_column columns[] = { { "field", false }, { "value", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; map && map->kind == RD_MAP && i < map->count; i++) {
        const struct rd_pair *pair = &map->pairs[i];
        if (pair->value.kind != RD_NULL)
            CELLS(&grid, pair->key, rd_output_cell(&cli->arena, &pair->value));
    }
    case_print_grid(cli, &grid, title);
}

static void case_print(struct rd_cli *cli, const struct rd_value *record)
{
    const char *number = rd_map_text(record, "number", NULL);
    rd_output_tint(&cli->out, cli->colour, RD_TINT_BOLD,
                   number ? number : case_text(cli, record, "id"));
    rd_buf_printf(&cli->out, "  %s", case_text(cli, record, "type"));
    if (rd_map_text(record, "state", NULL))
        rd_buf_printf(&cli->out, "  state %s", case_text(cli, record, "state"));
    rd_buf_printf(&cli->out, "  version %s  id %s\n", case_text(cli, record, "version"),
                  case_text(cli, record, "id"));
    rd_buf_printf(&cli->out, "opened %s  updated %s\n", case_text(cli, record, "opened_at"),
                  case_text(cli, record, "updated_at"));
    if (rd_map_get(record, "seq"))
        rd_buf_printf(&cli->out, "entry %s\n", case_text(cli, record, "seq"));
    if (rd_map_text(record, "receipt", NULL))
        rd_buf_printf(&cli->out, "receipt %s (shown once; case progress asks with it)\n",
                      case_text(cli, record, "receipt"));
    case_print_map(cli, rd_map_get(record, "data"), "data");
    case_print_deadlines(cli, record);
    case_print_decisions(cli, record);
}

/* The members that every write takes. */
static void case_put_write(struct rd_cli *cli, struct rd_value *params)
{
    rd_cli_put_text(cli, params, "key", "idempotency_key");
    if (rd_args_flag(&cli->args, "dry-run"))
        rd_map_set(&cli->arena, params, "dry_run", rd_bool(true));
}

/* A write of a new record: case.open and record.create. */
static enum rd_status case_create(struct rd_cli *cli, const char *method, bool at,
                                  struct rd_error *error)
{
    struct rd_value data;
    enum rd_status status = rd_cli_read_fields(cli, "data", 1, &data, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "type", rd_text(cli->args.operands[0]));
    rd_map_set(&cli->arena, &params, "data", data);
    if (at)
        rd_cli_put_text(cli, &params, "at", "at");
    case_put_write(cli, &params);
    return rd_cli_call_print(cli, method, &params, case_print, error);
}

enum rd_status rd_run_case_open(struct rd_cli *cli, struct rd_error *error)
{
    return case_create(cli, "case.open", true, error);
}

enum rd_status rd_run_record_create(struct rd_cli *cli, struct rd_error *error)
{
    return case_create(cli, "record.create", false, error);
}

static struct rd_value case_id(struct rd_cli *cli)
{
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "id", rd_text(cli->args.operands[0]));
    return params;
}

enum rd_status rd_run_case_act(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value form;
    enum rd_status status = rd_cli_read_fields(cli, "form", 2, &form, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = case_id(cli);
    rd_map_set(&cli->arena, &params, "event", rd_text(cli->args.operands[1]));
    if (form.count > 0)
        rd_map_set(&cli->arena, &params, "form", form);
    rd_cli_put_number(cli, &params, "if-version", "if_version");
    case_put_write(cli, &params);
    return rd_cli_call_print(cli, "case.act", &params, case_print, error);
}

enum rd_status rd_run_record_update(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value set;
    enum rd_status status = rd_cli_read_fields(cli, "set", 1, &set, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = case_id(cli);
    rd_map_set(&cli->arena, &params, "set", set);
    rd_cli_put_number(cli, &params, "if-version", "if_version");
    case_put_write(cli, &params);
    return rd_cli_call_print(cli, "record.update", &params, case_print, error);
}

/* Names, parted by commas. */
static void case_put_names(struct rd_cli *cli, const struct rd_value *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        rd_buf_printf(&cli->out, "%s%s", i ? ", " : "", names->items[i].text);
    rd_buf_text(&cli->out, names->count ? "" : "nobody");
}

static void case_put_readers(struct rd_cli *cli, const char *heading, const struct rd_value *seen)
{
    rd_buf_text(&cli->out, heading);
    case_put_names(cli, rd_map_list(seen, "accounts"));
    rd_buf_text(&cli->out, rd_map_bool(seen, "more", false) ? " and more" : "");
}

static void case_print_seen(struct rd_cli *cli, const struct rd_value *seen)
{
    bool rules = strcmp(rd_map_text(seen, "rules", ""), "then") == 0,
         staff = strcmp(rd_map_text(seen, "staff", ""), "then") == 0;
    const char *why = rd_map_text(seen, "why", NULL);
    case_put_readers(cli, "could be read by ", seen);
    if (why)
        rd_buf_printf(&cli->out, " (%s)", why);
    rd_buf_printf(&cli->out, "%s\n",
                  rules && staff ? ""
                  : rules        ? " (of the staff of today: too many have changed since)"
                  : staff        ? " (by the rules of today)"
                                 : " (by the rules and with the staff of today)");
}

/* What there is to say of that time beside the record. */
static void case_print_then(struct rd_cli *cli, const struct rd_value *then)
{
    static const struct rd_column columns[] = { { "event", false }, { "by today's rules", false } };
    const struct rd_value *today = rd_map_get(then, "today"), *proof = rd_map_get(then, "proof"),
                          *seen = rd_map_get(then, "seen_by");
    const struct rd_value *may = rd_map_list(today, "may"),
                          *may_not = rd_map_list(today, "may_not");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (uint32_t i = 0; i < may->count; i++)
        CELLS(&grid, case_text(cli, &may->items[i], "event"), "may be done");
    for (uint32_t i = 0; i < may_not->count; i++)
        CELLS(&grid, case_text(cli, &may_not->items[i], "event"),
              case_text(cli, &may_not->items[i], "reason"));
    case_print_grid(cli, &grid, "then");
    rd_buf_printf(&cli->out, "generation %s was in force%s\n", case_text(cli, then, "policy"),
                  rd_map_bool(then, "same_rules", false) ? ", with the rules of today" : "");
    if (rd_value_is(seen, RD_MAP))
        case_print_seen(cli, seen);
    if (rd_value_is(rd_map_get(today, "seen_by"), RD_MAP)) {
        case_put_readers(cli, "by today's rules: ", rd_map_get(today, "seen_by"));
        rd_buf_char(&cli->out, '\n');
    }
    rd_buf_printf(&cli->out, "%s: the journal, played to version %s, %s\n",
                  rd_map_bool(proof, "equal", false) ? "proved" : "NOT PROVED",
                  case_text(cli, proof, "version"),
                  rd_map_bool(proof, "equal", false) ? "gives the stored record"
                                                     : "gives another record than the stored one");
}

static void case_print_as_of(struct rd_cli *cli, const struct rd_value *record)
{
    case_print(cli, record);
    case_print_then(cli, rd_map_get(record, "then"));
}

enum rd_status rd_run_case_show(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = case_id(cli);
    rd_cli_put_text(cli, &params, "as-of", "as_of");
    if (rd_map_get(&params, "as_of")) {
        rd_map_set(&cli->arena, &params, "then", rd_bool(true));
        return rd_cli_call_print(cli, "case.get", &params, case_print_as_of, error);
    }
    return rd_cli_call_print(cli, "case.get", &params, case_print, error);
}

/* ---- lists ---- */

#define LIST_FIXED 4
#define LIST_FIELDS_MAX (RD_GRID_COLUMNS_MAX - LIST_FIXED)

struct case_list {
    struct rd_cli *cli;
    const char *fields[LIST_FIELDS_MAX];
    size_t field_count;
    struct rd_column columns[RD_GRID_COLUMNS_MAX];
    struct rd_grid grid;
    uint64_t shown;
};

static void case_list_init(struct case_list *list, struct rd_cli *cli)
{
    static const char *const fixed[LIST_FIXED] = { "id", "number", "state", "updated" };
    *list = (struct case_list){ .cli = cli };
    list->field_count = rd_args_list(&cli->args, "field", list->fields, LIST_FIELDS_MAX);
    for (size_t i = 0; i < LIST_FIXED; i++)
        list->columns[i].heading = fixed[i];
    for (size_t i = 0; i < list->field_count; i++)
        list->columns[LIST_FIXED + i].heading = list->fields[i];
    rd_grid_init(&list->grid, &cli->arena, list->columns, LIST_FIXED + list->field_count);
}

static void case_list_page(struct case_list *list, const struct rd_value *items)
{
    struct rd_cli *cli = list->cli;
    for (uint32_t i = 0; i < items->count; i++) {
        const struct rd_value *item = &items->items[i];
        if (cli->json) {
            rd_buf_text(&cli->out, list->shown++ ? ",\n" : "[\n");
            rd_json_write(&cli->out, item);
            continue;
        }
        const char *cells[RD_GRID_COLUMNS_MAX] = { case_text(cli, item, "id"),
                                                   case_text(cli, item, "number"),
                                                   case_text(cli, item, "state"),
                                                   case_text(cli, item, "updated_at") };
        for (size_t j = 0; j < list->field_count; j++)
            cells[LIST_FIXED + j] = case_text(cli, rd_map_get(item, "data"), list->fields[j]);
        rd_grid_add(&list->grid, cells);
        list->shown++;
    }
    rd_grid_write(&list->grid, &cli->out, cli->colour);
}

static enum rd_status case_list_params(struct rd_cli *cli, struct rd_value *params,
                                       struct rd_error *error)
{
    struct rd_value where;
    enum rd_status status = rd_cli_read_fields(cli, "where", 1, &where, error);
    if (status != RD_OK)
        return status;
    *params = rd_map();
    rd_map_set(&cli->arena, params, "type", rd_text(cli->args.operands[0]));
    if (where.count > 0)
        rd_map_set(&cli->arena, params, "where", where);
    if (rd_args_flag(&cli->args, "scan"))
        rd_map_set(&cli->arena, params, "scan", rd_bool(true));
    rd_cli_put_text(cli, params, "order", "order");
    rd_cli_put_number(cli, params, "limit", "limit");
    rd_cli_put_text(cli, params, "cursor", "cursor");
    if (rd_args_flag(&cli->args, "all") && !rd_args_given(&cli->args, "limit"))
        rd_map_set(&cli->arena, params, "limit", rd_int(RD_LIST_LIMIT_MAX));
    return RD_OK;
}

enum rd_status rd_run_case_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params;
    enum rd_status status = case_list_params(cli, &params, error);
    if (status != RD_OK)
        return status;
    struct case_list list;
    case_list_init(&list, cli);
    char cursor[512] = "";
    do {
        struct rd_value result;
        status = rd_cli_call(cli, "case.list", &params, &result, error);
        if (status != RD_OK)
            return status;
        case_list_page(&list, rd_map_list(&result, "cases"));
        status = rd_cli_flush(cli, error);
        if (status != RD_OK)
            return status;
        snprintf(cursor, sizeof(cursor), "%s", rd_map_text(&result, "cursor", ""));
        rd_map_set(&cli->arena, &params, "cursor",
                   rd_text_copy(&cli->arena, cursor, strlen(cursor)));
    } while (cursor[0] && rd_args_flag(&cli->args, "all"));
    if (cli->json)
        rd_buf_text(&cli->out, list.shown ? "\n]\n" : "[]\n");
    else if (list.shown == 0)
        fprintf(stderr, "there is none, or none that one may see\n");
    if (cursor[0])
        fprintf(stderr, "there is more: --all, or --cursor %s\n", cursor);
    return RD_OK;
}

/* ---- history, actions, explanation ---- */

static void case_history_page(struct rd_cli *cli, struct rd_grid *grid,
                              const struct rd_value *entries)
{
    for (uint32_t i = 0; i < entries->count; i++) {
        const struct rd_value *entry = &entries->items[i];
        CELLS(grid, case_text(cli, entry, "seq"), case_text(cli, entry, "at"),
              rd_output_actor(&cli->arena, entry), case_text(cli, entry, "command"),
              case_text(cli, entry, "state"), case_text(cli, entry, "version"));
    }
    rd_grid_write(grid, &cli->out, cli->colour);
}

/* All pages: each begins behind the version with which the last one ended. */
enum rd_status rd_run_case_history(struct rd_cli *cli, struct rd_error *error)
{
    static const struct rd_column columns[] = { { "seq", true },    { "at", false },
                                                { "actor", false }, { "command", false },
                                                { "state", false }, { "version", true } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 6);
    struct rd_value params = case_id(cli);
    struct rd_value all = rd_list();
    struct rd_value result;
    do {
        enum rd_status status = rd_cli_call(cli, "case.history", &params, &result, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *entries = rd_map_list(&result, "entries");
        if (entries->count == 0)
            break;
        if (!cli->json)
            case_history_page(cli, &grid, entries);
        for (uint32_t i = 0; cli->json && i < entries->count; i++)
            rd_list_add(&cli->arena, &all, entries->items[i]);
        rd_map_set(&cli->arena, &params, "since_version",
                   rd_int(rd_map_int(&entries->items[entries->count - 1], "version", 0)));
    } while (rd_map_bool(&result, "more", false));
    if (cli->json)
        rd_cli_print_json(cli, &all);
    return RD_OK;
}

/* "satisfied:=boolean*": what is no text is given as FIELD:=JSON; the star means required. */
static void case_form_field(struct rd_buf *text, const struct rd_value *field)
{
    const char *type = rd_map_text(rd_map_get(field, "schema"), "type", "string");
    rd_buf_text(text, rd_map_text(field, "name", "?"));
    if (strcmp(type, "string") != 0)
        rd_buf_printf(text, ":=%s", type);
    if (rd_map_bool(field, "required", false))
        rd_buf_char(text, '*');
}

/* The form's fields on one line. */
static const char *case_form_text(struct rd_cli *cli, const struct rd_value *action)
{
    const struct rd_value *form = rd_map_get(action, "form");
    if (!form || form->kind != RD_MAP)
        return "";
    const struct rd_value *fields = rd_map_list(form, "fields");
    struct rd_buf text;
    rd_buf_init(&text);
    for (uint32_t i = 0; i < fields->count; i++) {
        rd_buf_text(&text, i ? ", " : "");
        case_form_field(&text, &fields->items[i]);
    }
    const char *kept = text.len ? rd_arena_copy(&cli->arena, text.data, text.len) : "";
    rd_buf_fini(&text);
    return kept;
}

static void case_print_actions(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column may[] = { { "event", false }, { "form (* required)", false } };
    static const struct rd_column not [] = { { "event", false }, { "reason", false } };
    struct rd_grid grid;
    rd_buf_printf(&cli->out, "%s  state %s  version %s\n", case_text(cli, result, "id"),
                  case_text(cli, result, "state"), case_text(cli, result, "version"));
    rd_grid_init(&grid, &cli->arena, may, 2);
    const struct rd_value *actions = rd_map_list(result, "may");
    for (uint32_t i = 0; i < actions->count; i++)
        CELLS(&grid, case_text(cli, &actions->items[i], "event"),
              case_form_text(cli, &actions->items[i]));
    case_print_grid(cli, &grid, "may be done");
    rd_grid_init(&grid, &cli->arena, not, 2);
    const struct rd_value *refused = rd_map_list(result, "may_not");
    for (uint32_t i = 0; i < refused->count; i++)
        CELLS(&grid, case_text(cli, &refused->items[i], "event"),
              case_text(cli, &refused->items[i], "reason"));
    case_print_grid(cli, &grid, "may not");
}

enum rd_status rd_run_case_actions(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = case_id(cli);
    return rd_cli_call_print(cli, "case.actions", &params, case_print_actions, error);
}

static void case_print_sentences(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *sentences = rd_map_list(result, "sentences");
    for (uint32_t i = 0; i < sentences->count; i++) {
        rd_output_plain(&cli->out, sentences->items[i].text, sentences->items[i].count);
        rd_buf_char(&cli->out, '\n');
    }
}

static void case_put_language(struct rd_cli *cli, struct rd_value *params)
{
    const char *language = rd_args_text(&cli->args, "language");
    if (language)
        rd_map_set(&cli->arena, params, "language", rd_text(language));
}

enum rd_status rd_run_case_why(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value form;
    enum rd_status status = rd_cli_read_fields(cli, "form", 2, &form, error);
    if (status != RD_OK)
        return status;
    struct rd_value params = case_id(cli);
    rd_map_set(&cli->arena, &params, "event", rd_text(cli->args.operands[1]));
    if (form.count > 0)
        rd_map_set(&cli->arena, &params, "form", form);
    case_put_language(cli, &params);
    return rd_cli_call_print(cli, "case.why", &params, case_print_sentences, error);
}

static void case_print_explanation(struct rd_cli *cli, const struct rd_value *result)
{
    rd_buf_printf(&cli->out, "entry %s  %s  %s by %s\n", case_text(cli, result, "seq"),
                  case_text(cli, result, "at"), case_text(cli, result, "command"),
                  rd_output_actor(&cli->arena, result));
    const char *refused = case_text(cli, result, "refused");
    if (refused[0])
        rd_buf_printf(&cli->out, "refused %s: %s\n", refused, case_text(cli, result, "reason"));
    const char *policy = case_text(cli, result, "policy");
    if (policy[0])
        rd_buf_printf(&cli->out, "policy %s\n", policy);
    case_print_sentences(cli, result);
    case_print_decisions(cli, result);
    case_print_map(cli, rd_map_get(result, "facts"), "facts");
    case_print_map(cli, rd_map_get(result, "form"), "form");
    case_print_map(cli, rd_map_get(result, "changed"), "changed");
}

static void case_print_disclosed(struct rd_cli *cli, const struct rd_value *result)
{
    case_print_map(cli, rd_map_get(result, "disclosed"), NULL);
    case_print_decisions(cli, result);
}

enum rd_status rd_run_case_disclose(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = case_id(cli), fields = rd_list();
    const char *names[LIST_FIELDS_MAX];
    size_t count = rd_args_list(&cli->args, "field", names, LIST_FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        rd_list_add(&cli->arena, &fields, rd_text(names[i]));
    if (fields.count)
        rd_map_add(&cli->arena, &params, "fields", fields);
    return rd_cli_call_print(cli, "case.disclose", &params, case_print_disclosed, error);
}

enum rd_status rd_run_case_explain(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = case_id(cli);
    rd_cli_put_number(cli, &params, "seq", "seq");
    case_put_language(cli, &params);
    return rd_cli_call_print(cli, "case.explain", &params, case_print_explanation, error);
}
