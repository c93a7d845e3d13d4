/* A way that a proof has found, written as promises.
 *
 *   way:   ask by one person, as low;  check by one person, as high
 *   play:  given    = { a record of each type that a form must refer to },
 *          steps    = { { open = job "it" { by = "ann", ... } },
 *                       { act "check" { on = "it", by = "ann", ... }, expect = refused "four_eyes"
 * } }
 *
 * The proof knows who acts in which role, not which account and what is written into the forms. So
 * several plays are made of one way, with each account that has all roles of the person, and a few
 * values of choices. Which of them goes as far as its last step is no question of this file: they
 * are played (kernel/prove_replay.h), and only one that is broken at its last step is shown.
 */
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "domain/prove_inside.h"

enum { PLAY_DEPTH = 4, PLAY_GIVEN = 8, PLAY_VARIANTS = 3, PLAY_HELPERS = 4 };

struct play {
    const struct prove *prove;
    const struct rd_chart *chart;
    const int *fields;
    const struct rd_account *one; /* the person whom the way is about */
    size_t helper, variant;       /* which others, which values of choices */
    struct rd_buf given;
    const struct rd_record_type *types[PLAY_GIVEN]; /* given so far: one of each */
    size_t type_count;
    bool fits; /* somebody was found for all that is done */
};

static const struct rd_organisation *company(const struct play *play)
{
    return &play->prove->model->organisation;
}

/* The first account behind the `helper`th that has one of the roles and is somebody else. */
static const char *somebody(struct play *play, uint64_t roles)
{
    const struct rd_organisation *all = company(play);
    for (size_t i = 0; i < all->account_count; i++) {
        const struct rd_account *is = &all->accounts[(play->helper + i) % all->account_count];
        if (is != play->one && (is->roles & roles))
            return is->name;
    }
    play->fits = false;
    return "";
}

static const char *who_may(struct play *play, const struct rd_permission *permission)
{
    uint64_t roles = 0;
    for (size_t i = 0; permission && i < permission->row_count; i++)
        roles |= permission->rows[i]->from;
    return play->one->roles & roles ? play->one->name : somebody(play, roles);
}

/* ---- forms ---- */

static void put_given(struct play *play, const char *name, int depth);

static void put_text(struct rd_buf *out, const struct rd_type *type)
{
    int64_t len = type->has_min && type->min > 1 ? type->min : 1;
    if (type->normal == RD_NORMAL_PHONE) {
        rd_buf_text(out, "\"13800000001\"");
        return;
    }
    rd_buf_char(out, '"');
    for (int64_t i = 0; i < len && i < RD_PROVE_TEXT_MAX; i++)
        rd_buf_char(out, 'x');
    rd_buf_char(out, '"');
}

static void put_value(struct play *play, struct rd_buf *out, const struct rd_type *type, int depth)
{
    switch (type->kind) {
    case RD_TYPE_TEXT:
        put_text(out, type);
        break;
    case RD_TYPE_INTEGER:
        rd_buf_printf(out, "%lld", type->has_min ? (long long)type->min : 1LL);
        break;
    case RD_TYPE_NUMBER:
        rd_buf_char(out, '1');
        break;
    case RD_TYPE_MONEY:
        rd_buf_text(out, "\"1.00\"");
        break;
    case RD_TYPE_BOOLEAN:
        rd_buf_text(out, play->variant % 2 ? "false" : "true");
        break;
    case RD_TYPE_DATE:
        rd_buf_text(out, "\"2026-03-02\"");
        break;
    case RD_TYPE_INSTANT:
        rd_buf_text(out, "\"2026-03-02T09:00:00Z\"");
        break;
    case RD_TYPE_DURATION:
        rd_buf_text(out, "\"1 hour\"");
        break;
    case RD_TYPE_CHOICE:
        rd_buf_printf(out, "\"%s\"", type->choices[play->variant % type->choice_count]);
        break;
    case RD_TYPE_REFERENCE:
        put_given(play, type->of, depth + 1);
        rd_buf_printf(out, "\"the_%s\"", type->of);
        break;
    case RD_TYPE_ACCOUNT:
        rd_buf_printf(out, "\"%s\"", somebody(play, UINT64_MAX));
        break;
    case RD_TYPE_UNIT:
        play->fits &= play->one->unit >= 0;
        rd_buf_printf(out, "\"%s\"", play->fits ? company(play)->units[play->one->unit].name : "");
        break;
    case RD_TYPE_LIST:
        rd_buf_text(out, "{ ");
        put_value(play, out, type->element, depth);
        rd_buf_text(out, " }");
        break;
    }
}

static void put_field(struct play *play, struct rd_buf *out, const struct rd_field *field,
                      int depth)
{
    if (!field->required || field->derived)
        return;
    rd_buf_printf(out, ", %s = ", field->name);
    put_value(play, out, &field->type, depth);
}

/* What stands in an account field that the way has written by a form; false: the way says nothing
 * of this field. */
static bool put_said(struct play *play, struct rd_buf *out, const struct prove_step *step,
                     const struct rd_form_entry *entry)
{
    for (int f = 0; f < 2; f++)
        if (entry->record_field == play->fields[f]) {
            if (step->said[f])
                rd_buf_printf(out, ", %s = \"%s\"", entry->field.name,
                              step->said[f] & PROVE_P ? play->one->name
                                                      : somebody(play, UINT64_MAX));
            return true;
        }
    return false;
}

static void put_form(struct play *play, struct rd_buf *out, const struct prove_step *step,
                     const struct rd_form *form, int depth)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (!step || !put_said(play, out, step, &form->entries[i]))
            put_field(play, out, &form->entries[i].field, depth);
}

/* A record of that type, given before the steps; those that it refers to stand before it. */
static void put_given(struct play *play, const char *name, int depth)
{
    const struct rd_record_type *type = rd_model_type(play->prove->model, name);
    for (size_t i = 0; i < play->type_count; i++)
        if (play->types[i] == type)
            return;
    play->fits &= type && depth < PLAY_DEPTH && play->type_count < PLAY_GIVEN;
    if (!play->fits)
        return;
    play->types[play->type_count++] = type;
    struct rd_buf own;
    rd_buf_init(&own);
    rd_buf_printf(&own, "    %s \"the_%s\" { by = \"%s\"", name, name,
                  who_may(play, type->chart ? type->chart->open.permission : type->create));
    if (type->chart)
        put_form(play, &own, NULL, type->chart->open.form, depth);
    for (size_t i = 0; !type->chart && i < type->field_count; i++)
        put_field(play, &own, &type->fields[i], depth);
    rd_buf_text(&own, " },\n");
    rd_buf_append(&play->given, own.data, own.len);
    rd_buf_fini(&own);
}

/* ---- plays ---- */

static void put_step(struct play *play, struct rd_buf *out, const struct prove_step *step,
                     bool last)
{
    const char *by =
        step->actor & PROVE_P ? play->one->name : somebody(play, UINT64_C(1) << step->role);
    if (step->event == &play->chart->open)
        rd_buf_printf(out, "    { open = %s \"it\" { by = \"%s\"", play->chart->name, by);
    else
        rd_buf_printf(out, "    { act \"%s\" { on = \"it\", by = \"%s\"", step->event->name, by);
    put_form(play, out, step, step->event->form, 0);
    rd_buf_text(out, last ? " }, expect = refused \"four_eyes\" },\n" : " } },\n");
}

static int lines_of(const struct rd_buf *buf)
{
    int lines = 0;
    for (size_t i = 0; i < buf->len; i++)
        lines += buf->data[i] == '\n';
    return lines;
}

/* One play; its text is NULL where somebody is missing. */
static struct rd_play play_write(struct play *play, const struct prove_way *way)
{
    struct rd_buf steps, all;
    struct rd_play out = { 0 };
    struct rd_arena *arena = play->prove->arena;
    rd_buf_init(&steps);
    rd_buf_init(&all);
    rd_buf_init(&play->given);
    play->fits = true;
    for (size_t i = 0; i < way->count; i++)
        put_step(play, &steps, way->steps[i], i + 1 == way->count);
    rd_buf_text(&all, "{\n");
    if (play->given.len) {
        rd_buf_text(&all, "  given = {\n");
        rd_buf_append(&all, play->given.data, play->given.len);
        rd_buf_text(&all, "  },\n");
    }
    rd_buf_text(&all, "  steps = {\n");
    rd_buf_append(&all, steps.data, steps.len);
    int last_line = lines_of(&all) - 1;
    rd_buf_text(&all, "  },\n}");
    if (play->fits)
        out = (struct rd_play){ way->title, rd_arena_copy(arena, all.data, all.len), last_line };
    rd_buf_fini(&play->given);
    rd_buf_fini(&all);
    rd_buf_fini(&steps);
    return out;
}

static bool has_all_roles(const struct rd_account *account, const struct prove_way *way)
{
    for (size_t i = 0; i < way->count; i++)
        if ((way->steps[i]->actor & PROVE_P) && !(account->roles >> way->steps[i]->role & 1))
            return false;
    return true;
}

/* Others and choices make no difference where a way has none. */
static bool is_made(const struct rd_proof *proof, const char *text)
{
    for (size_t i = 0; i < proof->play_count; i++)
        if (strcmp(proof->plays[i].text, text) == 0)
            return true;
    return false;
}

static void plays_of(struct prove *prove, const struct prove_way *way, struct rd_proof *proof,
                     size_t variant, size_t helper)
{
    const struct rd_organisation *all = &prove->model->organisation;
    for (size_t i = 0; i < all->account_count && proof->play_count < RD_PROVE_PLAYS_MAX; i++) {
        struct play play = { .prove = prove,
                             .chart = way->chart,
                             .fields = way->fields,
                             .one = &all->accounts[i],
                             .helper = helper,
                             .variant = variant };
        if (!has_all_roles(&all->accounts[i], way))
            continue;
        struct rd_play made = play_write(&play, way);
        if (made.text && !is_made(proof, made.text))
            proof->plays[proof->play_count++] = made;
    }
}

void prove_plays(struct prove *prove, const struct prove_way *way, struct rd_proof *proof)
{
    for (size_t i = 0; i < way->count; i++)
        if (!way->steps[i]->event)
            return; /* a limit rings: when, the calendars say */
    proof->plays = rd_arena_zalloc(prove->arena, RD_PROVE_PLAYS_MAX, sizeof *proof->plays);
    for (size_t variant = 0; variant < PLAY_VARIANTS; variant++)
        for (size_t helper = 0; helper < PLAY_HELPERS; helper++)
            plays_of(prove, way, proof, variant, helper);
}
