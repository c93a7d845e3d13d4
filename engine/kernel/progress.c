/* How a case stands, for the customer: what the rules say he may be shown, and nothing else. The
 * reply is put together from that list; no record goes through here as a whole, so that a field
 * which somebody adds tomorrow is not shown by accident.
 *
 *   journal of the record, newest first ─▶ the label that is shown, since when; what was sent to
 * him
 *
 * What was sent to him is shown to himself, by his proof, and to who may read him: a letter names
 * him, and a colleague who may read the case need not know who he is.
 *
 * Who may not read the record needs the proof (a phone number, say). A wrong one, a number that is
 * not there and a record that is out of reach are the same answer; the proof is compared by hash,
 * in constant time, and the server closes a session that guesses (session.c).
 */
#include "domain/position.h"
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "domain/normal.h"
#include "domain/secrecy.h"
#include "store/tables.h"

#define PROGRESS_SENT_MAX 50 /* messages shown, the newest */

struct progress {
    struct rd_kernel *kernel;
    struct rd_request *request;
    struct rd_record record;
    const struct rd_record_type *type;
    const struct rd_public *shown;
    const char *language;
    const char *customer; /* "customer:1-5", to whom things were sent; NULL: nobody */
    const struct rd_record_type *linked; /* of which he is one */
    struct rd_record other;              /* he */
    bool letters;                        /* what was sent to him may be shown */
    const struct rd_value *label;
    int64_t since_ms;
    bool since_known;
    struct rd_value sent; /* newest first */
};

/* ---- finding the record ---- */

static enum rd_status progress_by_number(struct rd_kernel *kernel, const char *number,
                                         struct rd_arena *arena, struct rd_id *out,
                                         struct rd_error *error)
{
    const struct rd_model *model = kernel->model;
    enum rd_status status = RD_OK;
    out->value = 0;
    for (size_t t = 0; status == RD_OK && out->value == 0 && t < model->type_count; t++)
        if (model->types[t].chart && model->types[t].chart->shown)
            status = rd_query_number(kernel, t, number, arena, out, error);
    return status;
}

static enum rd_status progress_find(struct progress *p)
{
    const struct rd_value *params = p->request->params;
    const char *number = rd_map_text(params, "number", NULL),
               *text = rd_map_text(params, "id", NULL);
    struct rd_arena *arena = p->request->arena;
    struct rd_id id = { 0 };
    enum rd_status status = RD_OK;
    if (!number == !text)
        return rd_error_set(&p->request->error, RD_INVALID_PARAMS,
                            "give either `number` (as on the customer's letter) or `id`");
    if (number)
        status = progress_by_number(p->kernel, number, arena, &id, &p->request->error);
    else if (!rd_id_read(text, &id))
        id.value = 0;
    if (status != RD_OK)
        return status;
    p->type = id.value ? rd_type_of(p->kernel, id) : NULL;
    p->shown = p->type && p->type->chart ? p->type->chart->shown : NULL;
    if (!p->shown)
        return RD_NOT_FOUND;
    return rd_record_load(p->kernel->store, id, arena, &p->record, &p->request->error);
}

/* ---- who may see it ---- */

/* As the field is compared everywhere; one without a normal form of its own, without blanks, dashes
 * and capitals. */
static struct rd_value progress_normal(const struct rd_type *type, const char *text,
                                       struct rd_arena *arena)
{
    struct rd_value value = rd_text(text);
    enum rd_normal normal = type->normal == RD_NORMAL_NONE ? RD_NORMAL_CODE : type->normal;
    return rd_normal_value(normal, &value, arena);
}

static bool progress_same(const struct rd_type *type, const char *given, const char *true_one,
                          struct rd_arena *arena)
{
    struct rd_value a = progress_normal(type, given, arena),
                    b = progress_normal(type, true_one, arena);
    unsigned char hash_a[32], hash_b[32];
    crypto_generichash(hash_a, sizeof hash_a, (const unsigned char *)a.text, a.count, NULL, 0);
    crypto_generichash(hash_b, sizeof hash_b, (const unsigned char *)b.text, b.count, NULL, 0);
    return sodium_memcmp(hash_a, hash_b, sizeof hash_a) == 0 && a.count > 0 && b.count > 0;
}

/* The text that is the proof, in the record or in the one that a reference leads to; the latter is
 * the customer, to whom things are sent. */
static enum rd_status progress_proof(struct progress *p, const char **out,
                                     const struct rd_type **of)
{
    struct rd_arena *arena = p->request->arena;
    const struct rd_field *field = &p->type->fields[p->shown->proof_field];
    const struct rd_value *value = rd_map_get(&p->record.data, field->name);
    char id[RD_ID_TEXT_MAX];
    const struct rd_record_type *linked =
        p->shown->proof_linked >= 0 ? rd_model_type(p->kernel->model, field->type.of) : NULL;
    *out = "";
    *of = linked ? &linked->fields[p->shown->proof_linked].type : &field->type;
    if (linked && rd_value_is(value, RD_INT)) {
        struct rd_id to = { (uint64_t)value->integer };
        enum rd_status status =
            rd_record_load(p->kernel->store, to, arena, &p->other, &p->request->error);
        if (status != RD_OK)
            return status == RD_NOT_FOUND ? RD_OK : status;
        rd_id_write(to, id);
        p->linked = linked;
        p->customer = rd_arena_printf(arena, "%s:%s", field->type.of, id);
        value = rd_map_get(&p->other.data, linked->fields[p->shown->proof_linked].name);
    }
    if (rd_value_is(value, RD_TEXT))
        *out = value->text;
    return RD_OK;
}

/* The proof is the code of an anonymous author, of which the record has the hash. */
static bool progress_is_receipt(const struct progress *p)
{
    const struct rd_anonymity *anonymous = p->type->chart->anonymous;
    return anonymous && p->shown->proof_linked < 0 && p->shown->proof_field == anonymous->receipt;
}

static enum rd_status progress_may(struct progress *p, const struct rd_actor *actor)
{
    struct rd_arena *arena = p->request->arena;
    const char *given = rd_map_text(p->request->params, "proof", NULL), *proof;
    const struct rd_type *of;
    enum rd_status status = progress_proof(p, &proof, &of);
    if (status != RD_OK)
        return status;
    if (rd_query_may_read(p->kernel, actor, p->type, &p->record, arena)) {
        /* whatever proof he gives: else he could try many, and nobody would slow him down */
        p->letters = p->linked && rd_query_may_read(p->kernel, actor, p->linked, &p->other, arena);
        return RD_OK;
    }
    struct rd_belonging belonging = rd_belonging_of(p->kernel->model, p->type, &p->record);
    const struct rd_permission *permission =
        rd_permission_of(p->kernel->model, rd_arena_printf(arena, "%s.progress", p->type->name));
    if (given && progress_is_receipt(p))
        given = rd_anonymous_hash(given, arena);
    bool right = progress_same(of, given ? given : "", proof, arena);
    bool row = rd_actor_row(p->kernel, actor, permission, &belonging, arena, NULL) != NULL;
    p->letters = right && row;
    return p->letters ? RD_OK : RD_NOT_FOUND;
}

/* ---- what there is to show ---- */

static const struct rd_value *progress_label(const struct progress *p, const struct rd_value *state)
{
    int at = state->kind == RD_TEXT ? rd_state_find(p->type->chart, state->text) : -1;
    const struct rd_value *label = at >= 0 ? &p->type->chart->states[at].shown : NULL;
    return rd_value_is(label, RD_MAP) ? label : NULL;
}

/* Goes back in time: the newest label is the one that is shown, since the oldest entry behind which
 * no other one was. */
static void progress_state(struct progress *p, const struct rd_value *state, int64_t at_ms)
{
    const struct rd_value *label = progress_label(p, state);
    if (p->since_known || !label)
        return;
    if (!p->label || rd_value_equal(p->label, label)) {
        p->label = label;
        p->since_ms = at_ms;
    } else {
        p->since_known = true;
    }
}

/* A notice is [5, number, record, to, text, rule, deliver at?, calendar?]. What still waits for the
 * contact hours has not been sent. */
static void progress_notice(struct progress *p, const struct rd_value *at, uint32_t count,
                            int64_t at_ms)
{
    struct rd_arena *arena = p->request->arena;
    int64_t sent_ms = count > 6 ? at[6].integer : at_ms;
    bool mine = false;
    for (uint32_t i = 0; p->customer && i < at[3].count; i++)
        mine |= strcmp(at[3].items[i].text, p->customer) == 0;
    if (!mine || sent_ms > rd_kernel_now_ms(p->kernel) || p->sent.count == PROGRESS_SENT_MAX)
        return;
    struct rd_value message = rd_map();
    rd_map_add(arena, &message, "at", rd_show_time(sent_ms, arena));
    rd_map_add(arena, &message, "text",
               p->letters ? rd_text_copy(arena, at[4].text, at[4].count) : rd_null());
    rd_list_add(arena, &p->sent, message);
}

static void progress_entry(struct progress *p, const struct rd_command_entry *entry)
{
    for (uint32_t i = entry->effects.count; i-- > 0;) {
        const struct rd_value *effect = &entry->effects.items[i], *at = effect->items;
        if (at[0].integer == RD_EFFECT_RECORD && (uint64_t)at[1].integer == p->record.id.value)
            progress_state(p, &at[3], entry->at_ms);
        if (at[0].integer == RD_EFFECT_NOTICE && (uint64_t)at[2].integer == p->record.id.value)
            progress_notice(p, at, effect->count, entry->at_ms);
    }
}

static enum rd_status progress_walk(struct progress *p)
{
    struct rd_arena scratch;
    enum rd_status status = RD_OK;
    uint32_t looked = 0;
    rd_arena_init(&scratch);
    for (uint32_t v = p->record.version; status == RD_OK && v > 0 && looked < RD_HISTORY_MAX;
         v--, looked++) {
        struct rd_position place;
        struct rd_entry raw;
        struct rd_command_entry entry;
        rd_arena_reset(&scratch);
        status = rd_position_find(p->kernel->store, p->record.id, v, &place, &p->request->error);
        if (status == RD_OK)
            status =
                rd_history_entry(p->kernel, place.at, &scratch, &raw, &entry, &p->request->error);
        if (status == RD_OK)
            progress_entry(p, &entry);
    }
    rd_arena_fini(&scratch);
    return status;
}

static struct rd_value progress_fields(const struct progress *p)
{
    const struct rd_model *model = p->kernel->model;
    struct rd_arena *arena = p->request->arena;
    struct rd_value fields = rd_list();
    for (size_t i = 0; i < p->shown->field_count; i++) {
        if (p->shown->fields[i] < 0)
            continue; /* the number stands above */
        const struct rd_field *field = &p->type->fields[p->shown->fields[i]];
        const struct rd_value *value = rd_map_get(&p->record.data, field->name);
        struct rd_value item = rd_map();
        if (!value || value->kind == RD_NULL)
            continue;
        rd_map_add(arena, &item, "name", rd_text(field->name));
        rd_map_add(arena, &item, "label",
                   rd_text(rd_label_of(model, &field->title, p->language, field->name)));
        rd_map_add(arena, &item, "value",
                   rd_text(rd_words_show(p->kernel, &field->type, value, p->language, arena)));
        rd_list_add(arena, &fields, item);
    }
    return fields;
}

/* By when the whole case is promised to be done; null where its clock stands still. */
static enum rd_status progress_promised(struct progress *p, struct rd_value *out)
{
    struct rd_deadline *deadlines;
    size_t count;
    enum rd_status status = rd_deadlines_load(p->kernel->store, p->record.id, p->request->arena,
                                              &deadlines, &count, &p->request->error);
    *out = rd_null();
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (deadlines[i].kind == RD_DEADLINE_WITHIN && deadlines[i].running)
            *out = rd_show_time(deadlines[i].due_ms, p->request->arena);
    return status;
}

static void progress_reply(struct progress *p, struct rd_value promised)
{
    struct rd_arena *arena = p->request->arena;
    struct rd_value *out = &p->request->result, sent = rd_list();
    *out = rd_map();
    for (uint32_t i = p->sent.count; i-- > 0;)
        rd_list_add(arena, &sent, p->sent.items[i]);
    rd_map_add(arena, out, "number", p->record.number ? rd_text(p->record.number) : rd_null());
    rd_map_add(arena, out, "state",
               p->label ? rd_text(rd_label_of(p->kernel->model, p->label, p->language, ""))
                        : rd_null());
    rd_map_add(arena, out, "since", p->label ? rd_show_time(p->since_ms, arena) : rd_null());
    rd_map_add(arena, out, "promised_by", promised);
    rd_map_add(arena, out, "fields", progress_fields(p));
    rd_map_add(arena, out, "sent", sent);
    rd_map_add(arena, out, "language", rd_text(p->language));
}

enum rd_status rd_method_case_progress(struct rd_kernel *kernel, struct rd_request *request)
{
    struct progress p = { .kernel = kernel, .request = request, .sent = rd_list() };
    struct rd_actor actor;
    struct rd_value promised;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = rd_words_language(kernel, request, &p.language);
    if (status == RD_OK)
        status = progress_find(&p);
    if (status == RD_OK)
        status = progress_may(&p, &actor);
    if (status == RD_NOT_FOUND)
        return rd_error_set(&request->error, RD_NOT_FOUND,
                            "there is no case with this number and this proof");
    if (status == RD_OK)
        status = progress_walk(&p);
    if (status == RD_OK)
        status = progress_promised(&p, &promised);
    if (status == RD_OK)
        progress_reply(&p, promised);
    return status;
}
