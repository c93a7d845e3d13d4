/* Secrets that an action would copy into the open, found in its text when rules are checked.
 *
 *   f.terms ─▶ local all = f.terms .. "!" ─▶ set { note = all }      note is open: refused
 *   f.terms ─▶ set { terms_before = f.terms }                        of the same level: fine
 *   f.worth > limit and "high" or "low"                              the rule's own statement: fine
 *
 * As for deeds (deeds.c), the text is read as tokens and not run. A name has the level of what it
 * was ever given in the function, wherever that stands; what a call is handed may be in what it
 * gives. So more is refused than would tell, and who means it writes a comparison, or gives the
 * field its level. Not followed: which way the rule went because of a secret, and functions of the
 * file that are handed all facts (they count as all that the action is handed).
 */
#include "policy/flows.h"

#include <string.h>

#include "domain/model.h"
#include "policy/tokens.h"

#define FLOW_PASSES_MAX 8 /* a name that gets its level from one that stands behind it */

struct flow_token {
    enum rd_token_kind kind;
    const char *text;
    size_t len;
    bool key; /* NAME of `NAME = value` in a table */
};

/* A name of the function, and the highest level of what it was given. */
struct flow_name {
    size_t token;
    const char *alias; /* "form", "given": it is these facts; NULL */
    enum rd_secrecy_level level;
};

/* What a span is made of. */
struct flow_found {
    enum rd_secrecy_level level;
    const char *name; /* of the secret; NULL: the level is a name's */
};

struct flow {
    const struct rd_model *model;
    const struct rd_chart *chart;
    const struct rd_function *action;
    struct rd_arena *arena;
    struct rd_findings *findings;
    struct flow_token *tokens; /* an end behind them */
    size_t count;
    const struct flow_token *param;
    struct flow_name *names;
    size_t name_count;
    size_t from, to; /* the body */
};

/* ---- tokens ---- */

static const struct flow_token *flow_at(const struct flow *f, size_t i)
{
    return &f->tokens[i < f->count ? i : f->count];
}

static bool flow_is(const struct flow *f, size_t i, const char *text)
{
    const struct flow_token *token = flow_at(f, i);
    return token->kind != RD_TOKEN_STRING && strlen(text) == token->len &&
           memcmp(token->text, text, token->len) == 0;
}

static bool flow_any(const struct flow *f, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (flow_is(f, i, *words))
            return true;
    return false;
}

static bool flow_same(const struct flow_token *a, const struct flow_token *b)
{
    return a->kind == b->kind && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static const char *flow_text(const struct flow *f, size_t i)
{
    return rd_arena_copy(f->arena, flow_at(f, i)->text, flow_at(f, i)->len);
}

/* A text that is written out, without its quotes; "" where it is none. */
static const char *flow_string(const struct flow *f, size_t i)
{
    const struct flow_token *token = flow_at(f, i);
    bool plain = token->kind == RD_TOKEN_STRING && token->len >= 2 && token->text[0] != '[';
    return plain ? rd_arena_copy(f->arena, token->text + 1, token->len - 2) : "";
}

static int flow_depth(const struct flow *f, size_t i)
{
    static const char *const OPEN[] = { "function", "if", "do", "repeat", "{", "(", "[", NULL };
    static const char *const CLOSE[] = { "end", "until", "}", ")", "]", NULL };
    enum rd_token_kind kind = flow_at(f, i)->kind;
    if (kind != RD_TOKEN_KEYWORD && kind != RD_TOKEN_OP)
        return 0;
    return flow_any(f, i, OPEN) ? 1 : flow_any(f, i, CLOSE) ? -1 : 0;
}

/* Behind the bracket or block that opens at `i`. */
static size_t flow_behind(const struct flow *f, size_t i)
{
    int depth = 0;
    for (; i < f->count; i++) {
        depth += flow_depth(f, i);
        if (depth <= 0)
            return i + 1;
    }
    return f->count;
}

/* The bracket that `i` closes. */
static size_t flow_opener(const struct flow *f, size_t i)
{
    int depth = 0;
    for (;; i--) {
        depth -= flow_depth(f, i);
        if (depth <= 0 || i == 0)
            return i;
    }
}

static void flow_read(struct flow *f, const char *text)
{
    struct rd_tokens t = { .src = text, .len = strlen(text), .line = 1 };
    t.end = t.len;
    f->tokens = rd_arena_zalloc(f->arena, t.len + 2, sizeof *f->tokens);
    for (;;) {
        enum rd_token_kind kind = rd_token_next(&t);
        f->tokens[f->count] =
            (struct flow_token){ .kind = kind, .text = t.src + t.start, .len = t.pos - t.start };
        if (kind == RD_TOKEN_END || kind == RD_TOKEN_BAD)
            break;
        f->count++;
    }
    size_t *open = rd_arena_zalloc(f->arena, f->count + 1, sizeof *open), depth = 0;
    for (size_t i = 0; i < f->count; i++) {
        int by = flow_depth(f, i);
        if (by > 0)
            open[depth++] = i;
        else if (by < 0 && depth > 0)
            depth--;
        f->tokens[i].key = f->tokens[i].kind == RD_TOKEN_NAME && flow_is(f, i + 1, "=") && depth &&
                           flow_is(f, open[depth - 1], "{");
    }
}

/* A name that stands for itself. */
static bool flow_word(const struct flow *f, size_t i)
{
    return flow_at(f, i)->kind == RD_TOKEN_NAME && !flow_at(f, i)->key &&
           !(i > 0 && (flow_is(f, i - 1, ".") || flow_is(f, i - 1, ":")));
}

/* ---- levels ---- */

static void flow_raise(struct flow_found *found, enum rd_secrecy_level level, const char *name)
{
    if (level > found->level)
        *found = (struct flow_found){ level, name };
}

static enum rd_secrecy_level flow_field(const struct rd_record_type *type, const char *name)
{
    int at = type ? rd_type_field(type, name) : -1;
    return at >= 0 ? rd_secrecy_level(type->fields[at].secrecy) : RD_SECRECY_NONE;
}

/* Of a form's field: the highest that a form of this record has. NULL: of any. */
static enum rd_secrecy_level flow_form(const struct flow *f, const char *name)
{
    enum rd_secrecy_level level = RD_SECRECY_NONE;
    for (size_t i = 0; i < f->model->form_count; i++) {
        const struct rd_form *form = &f->model->forms[i];
        for (size_t k = 0; form->of == f->chart->type && k < form->count; k++) {
            const struct rd_field *field = &form->entries[k].field;
            enum rd_secrecy_level its = rd_secrecy_level(field->secrecy);
            if ((!name || strcmp(field->name, name) == 0) && its > level)
                level = its;
        }
    }
    return level;
}

/* Of a fact that is no field: it has no level of its own, and the highest where it is secret. */
static enum rd_secrecy_level flow_fact(const struct flow *f, const char *name)
{
    bool is = rd_fact_find(f->chart, name) >= 0 && rd_secrecy_hides(f->model, name);
    if (!is)
        return RD_SECRECY_NONE;
    const struct rd_fact *fact = &f->chart->facts[rd_fact_find(f->chart, name)];
    if (fact->kind == RD_FACT_FIELD && fact->from.kind == RD_PATH_LINKED && fact->from.of)
        return rd_secrecy_level(fact->from.of->fields[fact->from.there].secrecy);
    if (fact->kind == RD_FACT_SUM)
        return rd_secrecy_level(fact->type->fields[fact->field].secrecy);
    return RD_SECRECY_TOP_SECRET;
}

/* All that the action is handed. */
static void flow_everything(const struct flow *f, struct flow_found *found)
{
    const struct rd_needs *needs = &f->action->needs;
    for (size_t i = 0; i < needs->field_count; i++) {
        const struct rd_field *field = &f->chart->type->fields[needs->fields[i]];
        flow_raise(found, rd_secrecy_level(field->secrecy), field->name);
    }
    for (size_t i = 0; i < f->chart->fact_count; i++)
        if (needs->facts & (1ull << i))
            flow_raise(found, flow_fact(f, f->chart->facts[i].name), f->chart->facts[i].name);
    if (needs->form)
        flow_raise(found, flow_form(f, NULL), "form");
}

static bool flow_is_form(const char *name)
{
    return strcmp(name, "form") == 0 || strcmp(name, "given") == 0;
}

/* The member of a form that is named behind `i`, or all of it. */
static void flow_member(const struct flow *f, size_t i, struct flow_found *found)
{
    bool named = flow_is(f, i, ".") && flow_at(f, i + 1)->kind == RD_TOKEN_NAME;
    const char *name = named ? flow_text(f, i + 1) : NULL;
    flow_raise(found, flow_form(f, name), name ? name : "form");
    if (name)
        flow_raise(found, flow_field(f->chart->type, name), name);
}

static struct flow_name *flow_name_of(struct flow *f, size_t i)
{
    for (size_t n = 0; n < f->name_count; n++)
        if (flow_same(flow_at(f, f->names[n].token), flow_at(f, i)))
            return &f->names[n];
    return NULL;
}

/* What the word at `i` brings with it. */
static void flow_mention(struct flow *f, size_t i, struct flow_found *found)
{
    const struct flow_name *name = flow_name_of(f, i);
    if (!f->param || !flow_same(flow_at(f, i), f->param)) {
        if (name && name->alias)
            flow_member(f, i + 1, found);
        else if (name)
            flow_raise(found, name->level, flow_text(f, i));
        return;
    }
    if (!flow_is(f, i + 1, ".") || flow_at(f, i + 2)->kind != RD_TOKEN_NAME) {
        flow_everything(f, found);
        return;
    }
    const char *member = flow_text(f, i + 2);
    if (flow_is_form(member))
        flow_member(f, i + 3, found);
    flow_raise(found, flow_field(f->chart->type, member), member);
    flow_raise(found, flow_form(f, member), member);
    flow_raise(found, flow_fact(f, member), member);
}

/* Whether nothing of the operand that begins at `i` but a yes or no comes out: it is compared, or
 * only asked whether it is there. */
static bool flow_is_stated(const struct flow *f, size_t i)
{
    static const char *const ASKED[] = { "==", "~=", "<", ">", "<=", ">=", "and", "then", NULL };
    static const char *const ASKING[] = { "==", "~=", "<", ">", "<=", ">=", "not", NULL };
    size_t end = i + 1;
    for (;;) {
        bool member = flow_is(f, end, ".") || flow_is(f, end, ":");
        if (member)
            end += 2;
        else if (flow_is(f, end, "[") || flow_is(f, end, "("))
            end = flow_behind(f, end);
        else if (flow_any(f, end, ASKED) || (i > 0 && flow_any(f, i - 1, ASKING)))
            return true;
        else if (flow_is(f, end, ")")) {
            i = flow_opener(f, end); /* the whole bracket, or the call that it belongs to */
            while (i > 0 && (flow_at(f, i - 1)->kind == RD_TOKEN_NAME || flow_is(f, i - 1, ".") ||
                             flow_is(f, i - 1, ":")))
                i--;
            end++;
        } else
            return false;
    }
}

static struct flow_found flow_span(struct flow *f, size_t from, size_t to)
{
    struct flow_found found = { RD_SECRECY_NONE, NULL };
    for (size_t i = from; i < to; i++)
        if (flow_word(f, i) && !flow_is_stated(f, i))
            flow_mention(f, i, &found);
    return found;
}

/* ---- names ---- */

static bool flow_ends_value(const struct flow *f, size_t i)
{
    static const char *const ENDS[] = { ")", "}", "]", "end", "nil", "true", "false", NULL };
    enum rd_token_kind kind = flow_at(f, i)->kind;
    return kind == RD_TOKEN_NAME || kind == RD_TOKEN_STRING || kind == RD_TOKEN_NUMBER ||
           flow_any(f, i, ENDS);
}

/* The end of the statement's values that begin at `i`. */
static size_t flow_statement(const struct flow *f, size_t i)
{
    static const char *const STARTS[] = { "local",  "return", "if",   "for",    "while",
                                          "repeat", "end",    "else", "elseif", "until",
                                          "do",     "then",   ";",    "break",  NULL };
    size_t from = i;
    for (int depth = 0; i < f->to; i++) {
        if (depth == 0 &&
            (flow_any(f, i, STARTS) || (i > from && flow_word(f, i) && flow_ends_value(f, i - 1))))
            return i;
        depth += flow_depth(f, i);
        if (depth < 0)
            return i;
    }
    return f->to;
}

static bool flow_give(struct flow *f, size_t i, enum rd_secrecy_level level, const char *alias)
{
    struct flow_name *name = flow_name_of(f, i);
    if (!name) {
        name = &f->names[f->name_count++];
        *name = (struct flow_name){ .token = i, .alias = alias };
    } else if (name->alias && !alias) {
        name->alias = NULL; /* it is something else as well */
    }
    bool more = level > name->level;
    name->level = more ? level : name->level;
    return more;
}

/* `local form = f.form`: the same facts under another name. */
static const char *flow_alias(const struct flow *f, size_t from, size_t to)
{
    bool fits = to == from + 3 && f->param && flow_same(flow_at(f, from), f->param) &&
                flow_is(f, from + 1, ".");
    const char *name = fits ? flow_text(f, from + 2) : "";
    return flow_is_form(name) ? name : NULL;
}

/* Where what the names at `i` are given stands, behind `=` or `in`; 0: they are given nothing. */
static size_t flow_given(const struct flow *f, size_t i)
{
    while (i < f->to && (flow_at(f, i)->kind == RD_TOKEN_NAME || flow_is(f, i, ",") ||
                         flow_is(f, i, ".") || flow_is(f, i, "[")))
        i = flow_is(f, i, "[") ? flow_behind(f, i) : i + 1;
    return flow_is(f, i, "=") || flow_is(f, i, "in") ? i + 1 : 0;
}

/* A list of names at `i` and their values at `value`. Whether a level rose. */
static bool flow_assign(struct flow *f, size_t i, size_t value)
{
    size_t end = flow_statement(f, value);
    const char *alias = flow_alias(f, value, end);
    enum rd_secrecy_level level = alias ? RD_SECRECY_NONE : flow_span(f, value, end).level;
    bool rose = false;
    for (; i < value - 1; i++)
        if (flow_word(f, i))
            rose |= flow_give(f, i, level, alias);
    return rose;
}

/* What a call as a statement is handed may end up in each of its names: table.insert(t, f.x). */
static bool flow_call(struct flow *f, size_t i)
{
    size_t end = flow_statement(f, i + 1);
    enum rd_secrecy_level level = flow_span(f, i, end).level;
    bool rose = false;
    for (; i < end; i++)
        if (flow_word(f, i) && flow_name_of(f, i))
            rose |= flow_give(f, i, level, flow_name_of(f, i)->alias);
    return rose;
}

static bool flow_pass(struct flow *f)
{
    static const char *const BEFORE[] = { "then", "do", "else", "repeat", ";", NULL };
    bool rose = false;
    for (size_t i = f->from; i < f->to; i++) {
        bool declares = flow_is(f, i, "local") || flow_is(f, i, "for");
        bool starts = flow_word(f, i) && (flow_any(f, i - 1, BEFORE) || flow_ends_value(f, i - 1));
        size_t value = declares ? flow_given(f, i + 1) : starts ? flow_given(f, i) : 0;
        if (value)
            rose |= flow_assign(f, i + declares, value);
        else if (starts)
            rose |= flow_call(f, i);
    }
    return rose;
}

/* ---- where it goes ---- */

/* What fields a table's members are, and so which level they have. */
struct flow_place {
    const struct rd_record_type *type; /* its fields; NULL: */
    const char *event;                 /* those of this event's forms; NULL: nothing is secret */
    const char *what;                  /* said of it */
};

/* Of what an event sets under this name in a record: by its form's field, else by the record's.
 * LEVELS: nothing. */
static enum rd_secrecy_level flow_set_by(const struct rd_event *event,
                                         const struct rd_record_type *type, const char *name)
{
    for (size_t k = 0; event->form && k < event->form->count; k++)
        if (strcmp(event->form->entries[k].field.name, name) == 0)
            return rd_secrecy_level(event->form->entries[k].field.secrecy);
    return rd_type_field(type, name) >= 0 ? flow_field(type, name) : RD_SECRECY_LEVELS;
}

/* The lowest of whatever records have the event. */
static enum rd_secrecy_level flow_event_field(const struct flow *f, const char *event,
                                              const char *name)
{
    enum rd_secrecy_level level = RD_SECRECY_LEVELS;
    for (size_t c = 0; c < f->model->chart_count; c++) {
        const struct rd_chart *chart = &f->model->charts[c];
        for (int s = 0; s < (int)chart->state_count; s++) {
            const struct rd_event *it = rd_event_find(chart, s, event);
            enum rd_secrecy_level its = it ? flow_set_by(it, chart->type, name) : RD_SECRECY_LEVELS;
            level = its < level ? its : level;
        }
    }
    return level == RD_SECRECY_LEVELS ? RD_SECRECY_NONE : level;
}

static enum rd_secrecy_level flow_place_level(const struct flow *f, const struct flow_place *place,
                                              const char *name)
{
    if (place->type)
        return flow_field(place->type, name);
    return place->event ? flow_event_field(f, place->event, name) : RD_SECRECY_NONE;
}

static void flow_judge(struct flow *f, const struct flow_place *place, const char *name,
                       size_t from, size_t to)
{
    struct flow_found found = flow_span(f, from, to);
    enum rd_secrecy_level level = name ? flow_place_level(f, place, name) : RD_SECRECY_NONE;
    if (found.level <= level)
        return;
    rd_finding_error(f->findings, f->chart->file, f->action->line,
                     "action '%s': '%s' is %s, and %s%s%s%s is %s: what is copied keeps its level; "
                     "give that a level as high, or say what a comparison makes of it",
                     f->action->name, found.name ? found.name : "?", rd_secrecy_name(found.level),
                     name ? "'" : "", name ? name : "", name ? "' of " : "", place->what,
                     level == RD_SECRECY_NONE ? "open" : rd_secrecy_name(level));
}

/* The end of a member of a table. */
static size_t flow_member_end(const struct flow *f, size_t i)
{
    for (int depth = 0; i < f->count; i++) {
        if (depth == 0 && (flow_is(f, i, ",") || flow_is(f, i, ";") || flow_is(f, i, "}")))
            return i;
        depth += flow_depth(f, i);
    }
    return i;
}

static void flow_table(struct flow *f, size_t open, const struct flow_place *place,
                       const struct flow_place *inner);

/* `data`, `form` and `same` hold fields themselves. */
static bool flow_inner(struct flow *f, size_t key, const struct flow_place *inner)
{
    static const char *const KEYS[] = { "data", "form", "same", NULL };
    if (!inner || !flow_any(f, key, KEYS))
        return false;
    if (flow_is(f, key + 2, "{"))
        flow_table(f, key + 2, inner, NULL);
    else
        flow_judge(f, inner, NULL, key + 2, flow_member_end(f, key + 2));
    return true;
}

static void flow_table(struct flow *f, size_t open, const struct flow_place *place,
                       const struct flow_place *inner)
{
    for (size_t i = open + 1; i < f->count && !flow_is(f, i, "}"); i++) {
        size_t end = flow_member_end(f, i);
        bool key = flow_at(f, i)->key;
        if (!key || !flow_inner(f, i, inner))
            flow_judge(f, place, key ? flow_text(f, i) : NULL, key ? i + 2 : i, end);
        if (flow_is(f, end, "}"))
            return;
        i = end;
    }
}

/* set { ... }; WORD "name" { ... } */
static void flow_effect(struct flow *f, size_t word)
{
    size_t open = word + 1;
    bool set = flow_is(f, word, "set"), start = flow_is(f, word, "start"),
         each = flow_is(f, word, "each");
    const char *name = flow_string(f, open);
    struct flow_place place = { .what = "what is told" }, inner = { .what = "an event's form" };
    if (set)
        place = (struct flow_place){ .type = f->chart->type, .what = f->chart->type->name };
    else if (*name)
        open++;
    if (start || each)
        place = inner = (struct flow_place){ .type = rd_model_type(f->model, name), .what = name };
    if (flow_is(f, word, "send"))
        inner = (struct flow_place){ .event = name, .what = name };
    if (flow_is(f, word, "deadline"))
        place.what = "a deadline";
    if (flow_is(f, word, "post") || flow_is(f, word, "reverse"))
        place.what = "a ledger's entry";
    if (flow_is(f, open, "{"))
        flow_table(f, open, &place, set || flow_is(f, word, "tell") ? NULL : &inner);
    else
        flow_judge(f, &place, NULL, open, flow_statement(f, open));
}

static void flow_action(struct flow *f, const char *text)
{
    static const char *const WORDS[] = { "set",  "start",   "send",     "each", "tell",
                                         "post", "reverse", "deadline", NULL };
    flow_read(f, text);
    f->param = flow_is(f, 1, "(") && flow_at(f, 2)->kind == RD_TOKEN_NAME ? flow_at(f, 2) : NULL;
    f->from = flow_behind(f, 1);
    f->to = f->count ? f->count - 1 : 0;
    f->names = rd_arena_zalloc(f->arena, f->count + 1, sizeof *f->names);
    for (int pass = 0; pass < FLOW_PASSES_MAX && flow_pass(f); pass++)
        ;
    for (size_t i = f->from; i < f->to; i++)
        if (flow_word(f, i) && flow_any(f, i, WORDS) && !flow_name_of(f, i))
            flow_effect(f, i);
}

void rd_policy_flows(struct rd_policy_texts *texts, const struct rd_model *model,
                     struct rd_findings *findings)
{
    for (size_t c = 0; model->hidden_count && c < model->chart_count; c++)
        for (size_t i = 0; i < model->charts[c].action_count; i++) {
            const struct rd_function *action = &model->charts[c].actions[i];
            const char *text = action->secret
                                   ? rd_policy_function_text(texts, model->charts[c].file,
                                                             action->name, action->line)
                                   : NULL;
            struct flow f = { .model = model,
                              .chart = &model->charts[c],
                              .action = action,
                              .arena = texts->arena,
                              .findings = findings };
            if (text)
                flow_action(&f, text);
            else if (action->secret)
                rd_finding_error(findings, f.chart->file, action->line,
                                 "action '%s' is handed what is secret: write it out where it is "
                                 "named, so that one can see where that goes",
                                 action->name);
        }
}

enum rd_status rd_policy_load_new(const struct rd_policy_source *sources, size_t count,
                                  struct rd_symbols *symbols, struct rd_findings *findings,
                                  struct rd_policy **out, struct rd_error *error)
{
    struct rd_arena arena;
    size_t before = findings->errors;
    enum rd_status status = rd_policy_load(sources, count, symbols, findings, out, error);
    if (status != RD_OK)
        return status;
    rd_arena_init(&arena);
    rd_policy_flows(rd_policy_texts_new(sources, count, &arena), rd_policy_model(*out), findings);
    rd_arena_fini(&arena);
    rd_permissions_apart(rd_policy_model(*out), findings);
    if (findings->errors == before)
        return RD_OK;
    rd_policy_free(*out);
    *out = NULL;
    return rd_error_set(error, RD_CHECK_FAILED, "the policy has %zu errors",
                        findings->errors - before);
}
