/* case.disclose: the one reply that holds what is secret, and it is journalled before it leaves:
 * who saw which fields of which record, and by what right.
 *
 *   field's level ─▶ an authority row TYPE.LEVEL (or of a higher level) that reaches the record,
 *                 or a disclosure: a record of a workflow with `discloses`, in its state, to this
 *                 account, of this record, of this level or a higher one, and not over
 *
 * All other replies leave secret fields out for everybody (show.c), so there is nothing to be found
 * out by asking in another way.
 */
#include "kernel/inside.h"

#include <string.h>

#include "domain/catalogue.h"
#include "store/tables.h"

/* Disclosures of one record that are looked at, the newest first. */
#define DISCLOSE_LOOK_MAX 1000

/* By what right a level is seen. */
struct disclose_right {
    bool known;
    const char *rule, *place; /* NULL: by none */
    const struct rd_account *behalf;
};

struct disclose {
    struct rd_run run;
    struct rd_record record;
    const struct rd_record_type *type;
    struct disclose_right rights[RD_SECRECY_LEVELS];
    struct rd_value names, values;
};

/* ---- by a row ---- */

static bool disclose_row(struct disclose *d, int level, struct disclose_right *out)
{
    struct rd_kernel *kernel = d->run.kernel;
    struct rd_belonging belonging = rd_belonging_of(kernel->model, d->type, &d->record);
    for (int at = level; at < RD_SECRECY_LEVELS; at++) {
        const struct rd_permission *permission = d->type->disclose[at];
        const struct rd_authority_row *row =
            permission ? rd_actor_grant(kernel, &d->run.actor, permission, &belonging, d->run.arena,
                                        &out->behalf, NULL)
                       : NULL;
        if (!row)
            continue;
        out->rule = row->id;
        out->place = row->place;
        return true;
    }
    return false;
}

/* ---- by a disclosure ---- */

static bool disclosure_holds(const struct disclose *d, const struct rd_chart *chart,
                             const struct rd_record *grant, int level)
{
    const struct rd_discloses *by = chart->discloses;
    const struct rd_field *fields = chart->type->fields;
    const struct rd_value *to = rd_map_get(&grant->data, fields[by->to].name);
    const struct rd_value *until = rd_map_get(&grant->data, fields[by->ends].name);
    const struct rd_value *of = rd_map_get(&grant->data, fields[by->level].name);
    return grant->state && strcmp(grant->state, chart->states[by->state].name) == 0 &&
           rd_value_is(to, RD_TEXT) && strcmp(to->text, d->run.actor.name) == 0 &&
           rd_value_is(until, RD_INT) && until->integer > d->run.now_ms &&
           rd_value_is(of, RD_TEXT) && (int)rd_secrecy_level(of->text) >= level;
}

/* Walks the disclosures whose field `field` leads to the record. */
static enum rd_status disclosure_find(struct disclose *d, const struct rd_chart *chart,
                                      size_t index, int level, struct disclose_right *out)
{
    struct rd_kernel *kernel = d->run.kernel;
    struct rd_value id = rd_int((int64_t)d->record.id.value);
    const struct rd_value *value = &id;
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    bool has = rd_index_slot(&value, 1, &kernel->scratch, slot);
    RD_ASSERT(has);
    uint32_t number = kernel->bindings[chart->type - kernel->model->types].indexes[index];
    struct rd_index_key from = rd_index_key(number, slot, INT64_MAX, UINT64_MAX);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, true, d->run.error);
    for (int looked = 0; status == RD_OK && !out->rule && looked < DISCLOSE_LOOK_MAX &&
                         memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0;
         looked++) {
        struct rd_record grant;
        status = rd_record_load(kernel->store, (struct rd_id){ rd_index_key_record(walk.key) },
                                d->run.arena, &grant, d->run.error);
        if (status == RD_OK && disclosure_holds(d, chart, &grant, level)) {
            out->rule = grant.number ? grant.number : rd_show_id(grant.id, d->run.arena).text;
            out->place = chart->place;
        }
        if (status == RD_OK)
            status = rd_walk_next(&walk, d->run.error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status disclose_disclosure(struct disclose *d, int level, struct disclose_right *out)
{
    const struct rd_model *model = d->run.model;
    enum rd_status status = RD_OK;
    for (size_t c = 0; status == RD_OK && c < model->chart_count; c++) {
        const struct rd_chart *chart = &model->charts[c];
        for (size_t w = 0; chart->discloses && w < chart->discloses->what_count; w++) {
            int field = chart->discloses->what[w];
            if (status != RD_OK || out->rule ||
                strcmp(chart->type->fields[field].type.of, d->type->name) != 0)
                continue;
            for (size_t i = 0; i < chart->type->index_count; i++)
                if (chart->type->indexes[i].field_count == 1 &&
                    chart->type->indexes[i].fields[0] == field) {
                    status = disclosure_find(d, chart, i, level, out);
                    break;
                }
        }
    }
    return status;
}

/* ---- the method ---- */

static enum rd_status disclose_right(struct disclose *d, const struct rd_field *field,
                                     const struct disclose_right **out)
{
    int level = (int)rd_secrecy_level(field->secrecy);
    struct disclose_right *right = &d->rights[level];
    *out = right;
    if (right->known)
        return RD_OK;
    right->known = true;
    return disclose_row(d, level, right) ? RD_OK : disclose_disclosure(d, level, right);
}

static enum rd_status disclose_refuse(struct disclose *d, const struct rd_field *field)
{
    enum rd_status status = rd_error_at(
        d->run.error, RD_SECRET, "/fields",
        "'%s' is %s: no authority row discloses it to %s, and no disclosure of this %s to them is "
        "in force",
        field->name, field->secrecy, d->run.actor.name, d->type->name);
    rd_run_refused(&d->run, d->record.id, status);
    return status;
}

static void disclose_one(struct disclose *d, const struct rd_field *field,
                         const struct disclose_right *right)
{
    struct rd_arena *arena = d->run.arena;
    const struct rd_value *value = rd_map_get(&d->record.data, field->name);
    rd_map_add(arena, &d->values, field->name,
               value ? rd_type_show(&field->type, value, arena) : rd_null());
    rd_list_add(arena, &d->names, rd_text(field->name));
    if (right->behalf)
        d->run.actor.behalf = right->behalf;
    rd_run_says(&d->run, right->rule, right->place, "disclosed", field->name);
}

static bool disclose_names(const struct rd_value *wanted, const char *name)
{
    for (uint32_t i = 0; i < wanted->count; i++)
        if (strcmp(wanted->items[i].text, name) == 0) /* disclose_wanted: a text */
            return true;
    return false;
}

/* All that the actor may see, or all that he named. */
static enum rd_status disclose_all(struct disclose *d, const struct rd_value *wanted)
{
    const struct rd_field *last = NULL;
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < d->type->field_count; i++) {
        const struct rd_field *field = &d->type->fields[i];
        const struct disclose_right *right;
        if (!field->secrecy || (wanted && !disclose_names(wanted, field->name)))
            continue;
        last = field;
        status = disclose_right(d, field, &right);
        if (status == RD_OK && right->rule)
            disclose_one(d, field, right);
        else if (status == RD_OK && wanted)
            return disclose_refuse(d, field);
    }
    if (status == RD_OK && d->names.count == 0 && last)
        return disclose_refuse(d, last);
    return status;
}

/* What is named must be a secret field of the record's type. */
static enum rd_status disclose_wanted(struct disclose *d, const struct rd_value *wanted)
{
    struct rd_arena *arena = d->run.arena;
    if (d->type->secrets == 0)
        return rd_error_at(d->run.error, RD_INVALID_PARAMS, "/id", "a %s has nothing secret",
                           d->type->name);
    for (uint32_t i = 0; wanted && i < wanted->count; i++) {
        const char *name = wanted->items[i].kind == RD_TEXT ? wanted->items[i].text : "?";
        int field = rd_type_field(d->type, name);
        if (field < 0 || !d->type->fields[field].secrecy)
            return rd_error_at(d->run.error, RD_INVALID_PARAMS,
                               rd_arena_printf(arena, "/fields/%u", i),
                               "'%s' is no secret field of a %s", name, d->type->name);
    }
    return RD_OK;
}

/* One entry: on the record, which it leaves as it was. */
static enum rd_status disclose_write(struct disclose *d, uint64_t *seq)
{
    struct rd_run *run = &d->run;
    struct rd_value form = rd_map();
    rd_map_add(run->arena, &form, "disclosed", d->names);
    rd_run_says_no_more(run, 0);
    struct rd_command_entry entry = {
        .at_ms = run->now_ms,
        .actor = run->actor.name,
        .behind = run->actor.behind,
        .behalf = run->actor.behalf ? run->actor.behalf->name : NULL,
        .command = run->command,
        .record = d->record.id,
        .form = form,
        .facts = rd_null(),
        .decisions = run->decisions,
        .effects = rd_list(),
        .generation = run->kernel->generation,
    };
    return rd_entry_write(run->kernel, &entry, seq, run->error);
}

enum rd_status rd_method_case_disclose(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct disclose *d = rd_arena_zalloc(arena, 1, sizeof *d);
    const struct rd_value *wanted = rd_map_get(request->params, "fields");
    uint64_t seq = 0;
    rd_run_init(&d->run, kernel, arena, &request->error);
    d->names = rd_list();
    d->values = rd_map();
    enum rd_status status = rd_query_record(kernel, request, &d->run.actor, &d->record, &d->type);
    if (status == RD_OK)
        status = disclose_wanted(d, wanted);
    if (status != RD_OK)
        return status;
    d->run.command = rd_arena_join(arena, d->type->name, ".disclose");
    status = disclose_all(d, rd_value_is(wanted, RD_LIST) && wanted->count ? wanted : NULL);
    if (status == RD_OK)
        status = disclose_write(d, &seq);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "id", rd_show_id(d->record.id, arena));
    rd_map_add(arena, &request->result, "version", rd_int(d->record.version));
    rd_map_add(arena, &request->result, "disclosed", d->values);
    rd_map_add(arena, &request->result, "decisions", rd_show_decisions(&d->run.decisions, arena));
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)seq));
    return RD_OK;
}
