/* What actions may do, read from their text.
 *
 * Lua is not run here and not parsed either: an action's tokens are looked through for the effect
 * words, which stand in the sandbox's environment under these names only. Each must be written out
 * (`set { a = ... }`, `send "event" { to = f.id, form = { ... } }`); whatever is handed on,
 * computed or built by hand makes the action opaque, so that nothing is promised about it. What an
 * action calls of its file's locals is read with it.
 *
 * Effects built by hand: a table with a member `effect`. The word is nowhere in the text then but
 * could be computed, so an assignment to a member under a computed key is opaque, too, unless the
 * key is a number for certain or the value is no text.
 */
#include "policy/deeds.h"

#include <string.h>

#include "domain/model.h"
#include "policy/tokens.h"

struct token {
    enum rd_token_kind kind;
    const char *text;
    size_t len;
    int line;
};

/* A file as tokens, and its locals: the spans of their statements. */
struct local {
    size_t name, from, to;
    bool taken; /* by the action that is read now */
};

struct policy_text_file {
    const char *path;
    struct token *tokens; /* `count`, and an end behind them */
    size_t count;
    struct local *locals;
    size_t local_count;
    struct policy_text_file *next;
};

/* One action being read. */
struct reading {
    struct rd_arena *arena;
    struct policy_text_file *file;
    const struct token *param; /* its facts; NULL: not to be relied on */
    struct rd_deeds *deeds;
    size_t cap;
    size_t body, end; /* of the function: behind its parameters, and its `end` */
};

/* ---- files ---- */

static bool token_is(const struct token *token, const char *text)
{
    return token->kind != RD_TOKEN_STRING && strlen(text) == token->len &&
           memcmp(token->text, text, token->len) == 0;
}

static bool token_same(const struct token *a, const struct token *b)
{
    return a->kind == b->kind && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void file_tokens(struct policy_text_file *file, const struct rd_policy_source *source,
                        struct rd_arena *arena)
{
    struct rd_tokens t = { .src = source->text, .len = source->len, .end = source->len, .line = 1 };
    size_t cap = 256;
    file->tokens = rd_arena_zalloc(arena, cap, sizeof *file->tokens);
    for (;;) {
        enum rd_token_kind kind = rd_token_next(&t);
        if (file->count == cap) {
            struct token *more = rd_arena_zalloc(arena, cap * 2, sizeof *more);
            memcpy(more, file->tokens, cap * sizeof *more);
            file->tokens = more;
            cap *= 2;
        }
        file->tokens[file->count] =
            (struct token){ kind, t.src + t.start, t.pos - t.start, (int)t.at_line };
        if (kind == RD_TOKEN_END || kind == RD_TOKEN_BAD)
            return;
        file->count++;
    }
}

/* What a token adds to the depth of blocks and brackets. */
static int token_depth(const struct token *token)
{
    static const char *const open[] = { "function", "if", "do", "repeat", "{", "(", "[" };
    static const char *const close[] = { "end", "until", "}", ")", "]" };
    if (token->kind != RD_TOKEN_KEYWORD && token->kind != RD_TOKEN_OP)
        return 0;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (token_is(token, open[i]))
            return 1;
    for (size_t i = 0; i < sizeof close / sizeof *close; i++)
        if (token_is(token, close[i]))
            return -1;
    return 0;
}

/* The token behind the block or bracket that opens at `at`. */
static size_t file_behind(const struct policy_text_file *file, size_t at)
{
    int depth = 0;
    for (; at < file->count; at++) {
        depth += token_depth(&file->tokens[at]);
        if (depth <= 0)
            return at + 1;
    }
    return file->count;
}

/* The statements `local ...` outside all blocks: each reaches to the next one, or to `return`. */
static void file_locals(struct policy_text_file *file, struct rd_arena *arena)
{
    file->locals = rd_arena_zalloc(arena, file->count + 1, sizeof *file->locals);
    size_t first = 0;
    for (size_t at = 0; at < file->count; at++) {
        const struct token *token = &file->tokens[at];
        bool begins = token_is(token, "local") && token->kind == RD_TOKEN_KEYWORD;
        if (begins || (token->kind == RD_TOKEN_KEYWORD && token_is(token, "return"))) {
            for (size_t i = first; i < file->local_count; i++)
                file->locals[i].to = at;
            first = file->local_count;
        }
        for (size_t name = at + 1; begins && name < file->count; name++) {
            const struct token *word = &file->tokens[name];
            if (word->kind == RD_TOKEN_NAME)
                file->locals[file->local_count++] = (struct local){ name, at, file->count, false };
            else if (!token_is(word, ",") && !token_is(word, "function"))
                break;
        }
        if (token_depth(token) > 0)
            at = file_behind(file, at) - 1;
    }
}

static struct policy_text_file *file_of(struct policy_text_file **files,
                                        const struct rd_policy_source *sources, size_t count,
                                        const char *path, struct rd_arena *arena)
{
    for (struct policy_text_file *file = *files; file; file = file->next)
        if (strcmp(file->path, path) == 0)
            return file;
    for (size_t i = 0; i < count; i++)
        if (strcmp(sources[i].path, path) == 0) {
            struct policy_text_file *file = rd_arena_zalloc(arena, 1, sizeof *file);
            file->path = path;
            file_tokens(file, &sources[i], arena);
            file_locals(file, arena);
            file->next = *files;
            return *files = file;
        }
    return NULL;
}

/* ---- pieces ---- */

static const struct token *at(const struct reading *r, size_t i)
{
    return &r->file->tokens[i < r->file->count ? i : r->file->count];
}

static const char *piece_text(const struct reading *r, const struct token *token)
{
    return rd_arena_copy(r->arena, token->text, token->len);
}

/* What a text says, where it is written without escapes; NULL. */
static const char *piece_string(const struct reading *r, const struct token *token)
{
    if (token->kind != RD_TOKEN_STRING || token->len < 2 || token->text[0] == '[' ||
        memchr(token->text, '\\', token->len))
        return NULL;
    return rd_arena_copy(r->arena, token->text + 1, token->len - 2);
}

static void opaque(struct reading *r, size_t where, const char *why)
{
    if (r->deeds->opaque)
        return;
    r->deeds->opaque = why;
    r->deeds->line = at(r, where)->line;
}

/* Whether a name stands for itself: no member and no key. */
static bool is_word(const struct reading *r, size_t i)
{
    const struct token *before = at(r, i - 1), *behind = at(r, i + 1);
    if (at(r, i)->kind != RD_TOKEN_NAME || token_is(before, ".") || token_is(before, ":"))
        return false;
    bool key = token_is(behind, "=") &&
               (token_is(before, "{") || token_is(before, ",") || token_is(before, ";"));
    return !key;
}

/* f.NAME and nothing else, in [from, to): the name; NULL. */
static const char *piece_member(const struct reading *r, size_t from, size_t to)
{
    bool fits = to == from + 3 && r->param && token_same(at(r, from), r->param) &&
                token_is(at(r, from + 1), ".") && at(r, from + 2)->kind == RD_TOKEN_NAME;
    return fits ? piece_text(r, at(r, from + 2)) : NULL;
}

static enum rd_deed_value piece_value(const struct reading *r, size_t from, size_t to)
{
    if (to == from + 1 && (token_is(at(r, from), "empty") || token_is(at(r, from), "nil")))
        return RD_DEED_EMPTY;
    bool actor = to == from + 5 && r->param && token_same(at(r, from), r->param) &&
                 token_is(at(r, from + 1), ".") && token_is(at(r, from + 2), "actor") &&
                 token_is(at(r, from + 3), ".") && token_is(at(r, from + 4), "account");
    return actor ? RD_DEED_ACTOR : RD_DEED_ANY;
}

/* ---- tables ---- */

struct member {
    const char *key; /* NULL: a computed one, or none */
    bool computed;
    size_t from, to; /* of the value */
};

/* The next member of the table that opens before `*i`; false at its end, where *i is then. */
static bool next_member(const struct reading *r, size_t *i, struct member *out)
{
    while (token_is(at(r, *i), ",") || token_is(at(r, *i), ";"))
        ++*i;
    if (*i >= r->file->count || token_is(at(r, *i), "}"))
        return false;
    *out = (struct member){ .from = *i };
    if (at(r, *i)->kind == RD_TOKEN_NAME && token_is(at(r, *i + 1), "=")) {
        out->key = piece_text(r, at(r, *i));
        out->from = *i += 2;
    } else if (token_is(at(r, *i), "[") && token_is(at(r, *i + 2), "]") &&
               token_is(at(r, *i + 3), "=")) {
        out->key = piece_string(r, at(r, *i + 1));
        out->computed = !out->key;
        out->from = *i += 4;
    } else {
        out->computed = token_is(at(r, *i), "[");
    }
    for (int depth = 0; *i < r->file->count; ++*i) {
        const struct token *token = at(r, *i);
        if (depth == 0 && (token_is(token, ",") || token_is(token, ";") || token_is(token, "}")))
            break;
        depth += token_depth(token);
    }
    out->to = *i;
    return true;
}

/* The members of the table at `open` as fields. */
static void take_fields(struct reading *r, size_t open, struct rd_deed *deed)
{
    struct member member;
    size_t count = 0, i = open + 1;
    if (!token_is(at(r, open), "{")) {
        deed->any_field = true;
        return;
    }
    while (next_member(r, &i, &member))
        count++;
    deed->fields = rd_arena_zalloc(r->arena, count + 1, sizeof *deed->fields);
    for (i = open + 1; next_member(r, &i, &member);)
        if (member.key)
            deed->fields[deed->field_count++] =
                (struct rd_deed_field){ member.key, piece_value(r, member.from, member.to) };
        else
            deed->any_field |= member.computed;
}

/* The member `key` of the table at `open`; false where it is not there. A table with computed keys
 * has any. */
static bool find_member(const struct reading *r, size_t open, const char *key, struct member *out,
                        bool *computed)
{
    bool found = false;
    struct member member;
    for (size_t i = open + 1; next_member(r, &i, &member);)
        if (!member.key)
            *computed |= member.computed;
        else if (strcmp(member.key, key) == 0) {
            *out = member;
            found = true;
        }
    return found;
}

/* ---- deeds ---- */

static struct rd_deed *add_deed(struct reading *r, enum rd_deed_kind kind, size_t where)
{
    if (r->deeds->count == r->cap) {
        struct rd_deed *more = rd_arena_zalloc(r->arena, r->cap * 2 + 4, sizeof *more);
        if (r->deeds->count)
            memcpy(more, r->deeds->list, r->deeds->count * sizeof *more);
        r->deeds->list = more;
        r->cap = r->cap * 2 + 4;
    }
    struct rd_deed *deed = &r->deeds->list[r->deeds->count++];
    *deed = (struct rd_deed){ .kind = kind, .line = at(r, where)->line };
    return deed;
}

/* Whether the word is what the function returns first of all, alone or in a list: the token behind
 * it all ends the statement or the member. */
static bool is_sure(const struct reading *r, size_t word, size_t behind)
{
    if (!token_is(at(r, r->body), "return"))
        return false;
    if (word == r->body + 1)
        return behind == r->end;
    if (!token_is(at(r, r->body + 1), "{") || file_behind(r->file, r->body + 1) != r->end)
        return false;
    struct member member;
    for (size_t i = r->body + 2; next_member(r, &i, &member);)
        if (!member.key && member.from == word)
            return member.to == behind;
    return false;
}

/* The name and table behind a word; false, and opaque, where they are not written out. */
static bool named(struct reading *r, size_t word, const char **name)
{
    *name = piece_string(r, at(r, word + 1));
    if (*name && token_is(at(r, word + 2), "{"))
        return true;
    opaque(r, word, "an effect's name or table is not written out");
    return false;
}

static void read_set(struct reading *r, size_t word)
{
    if (!token_is(at(r, word + 1), "{")) {
        opaque(r, word, "`set` is not given its fields here");
        return;
    }
    struct rd_deed *deed = add_deed(r, RD_DEED_SET, word);
    take_fields(r, word + 1, deed);
    deed->surely = is_sure(r, word, file_behind(r->file, word + 1));
}

/* What stands under `key` of the table at `open`, as fields. */
static void take_member_fields(struct reading *r, size_t open, const char *key,
                               struct rd_deed *deed)
{
    struct member member;
    bool computed = false;
    if (find_member(r, open, key, &member, &computed)) {
        if (file_behind(r->file, member.from) == member.to)
            take_fields(r, member.from, deed);
        else
            deed->any_field = true;
    }
    deed->any_field |= computed;
}

static void read_send(struct reading *r, size_t word)
{
    const char *name;
    struct member member = { 0 };
    bool computed = false;
    if (!named(r, word, &name))
        return;
    struct rd_deed *deed = add_deed(r, RD_DEED_SEND, word);
    deed->name = name;
    if (find_member(r, word + 2, "to", &member, &computed) && !computed)
        deed->to = piece_member(r, member.from, member.to);
    take_member_fields(r, word + 2, "form", deed);
    deed->surely = is_sure(r, word, file_behind(r->file, word + 2));
}

static void read_start(struct reading *r, size_t word)
{
    const char *name;
    struct member member;
    bool computed = false;
    if (!named(r, word, &name))
        return;
    struct rd_deed *deed = add_deed(r, RD_DEED_START, word);
    deed->name = name;
    if (find_member(r, word + 2, "data", &member, &computed))
        take_member_fields(r, word + 2, "data", deed);
    take_fields(r, word + 2, deed);
    deed->surely = is_sure(r, word, file_behind(r->file, word + 2));
}

static void read_each(struct reading *r, size_t word)
{
    const char *type;
    struct member member;
    bool computed = false;
    if (!named(r, word, &type))
        return;
    static const struct {
        const char *key, *fields;
        enum rd_deed_kind kind;
    } ways[] = { { "send", "form", RD_DEED_EACH_SEND }, { "start", "data", RD_DEED_EACH_START } };
    for (size_t i = 0; i < 2; i++) {
        bool there = find_member(r, word + 2, ways[i].key, &member, &computed);
        if (!there && !computed)
            continue;
        struct rd_deed *deed = add_deed(r, ways[i].kind, word);
        deed->type = type;
        if (there && member.to == member.from + 1)
            deed->name = piece_string(r, at(r, member.from));
        take_member_fields(r, word + 2, ways[i].fields, deed);
        if (!deed->name)
            deed->any_field = true;
    }
}

static void read_deadline(struct reading *r, size_t word)
{
    const char *name;
    struct member member;
    bool computed = false;
    if (!named(r, word, &name))
        return;
    if (!find_member(r, word + 2, "event", &member, &computed) && !computed)
        return;
    struct rd_deed *deed = add_deed(r, RD_DEED_DEADLINE, word);
    if (!computed && member.to == member.from + 1)
        deed->name = piece_string(r, at(r, member.from));
}

static void read_stop(struct reading *r, size_t word)
{
    struct rd_deed *deed = add_deed(r, RD_DEED_STOP, word);
    deed->name = piece_string(r, at(r, word + 1));
}

/* ---- what could be built by hand ---- */

/* Whether the name is a loop's counter: `for i, x in ipairs(` or `for i = `. */
static bool is_counter(const struct reading *r, size_t from, size_t to, const struct token *name)
{
    for (size_t i = from; i + 2 < to; i++)
        if (token_is(at(r, i), "for") && token_same(at(r, i + 1), name))
            return token_is(at(r, i + 2), "=") ||
                   (token_is(at(r, i + 2), ",") && at(r, i + 3)->kind == RD_TOKEN_NAME &&
                    token_is(at(r, i + 4), "in") && token_is(at(r, i + 5), "ipairs"));
    return false;
}

/* Whether what stands in [from, to) is a number, whatever its parts are. */
static bool is_number(const struct reading *r, size_t from, size_t to, size_t begin, size_t end)
{
    bool computes = false;
    for (size_t i = from; i < to; i++) {
        const struct token *token = at(r, i);
        bool operates = token_is(token, "#") || token_is(token, "+") || token_is(token, "-");
        computes |= operates;
        if (!operates && token->kind != RD_TOKEN_NAME && token->kind != RD_TOKEN_NUMBER)
            return false;
    }
    if (to == from + 1 && at(r, from)->kind == RD_TOKEN_NAME)
        return is_counter(r, begin, end, at(r, from));
    return computes || (to == from + 1 && at(r, from)->kind == RD_TOKEN_NUMBER);
}

/* A member under a computed key, at `open`: assigned to, or may be? */
static void read_index(struct reading *r, size_t open, size_t begin, size_t end)
{
    size_t behind = file_behind(r->file, open);
    const struct token *then = at(r, behind), *value = at(r, behind + 1);
    bool assigned = token_is(then, "="), listed = token_is(then, ",");
    bool plain =
        token_is(value, "true") || token_is(value, "false") || value->kind == RD_TOKEN_NUMBER;
    if ((!assigned && !listed) || (assigned && plain))
        return;
    if (piece_string(r, at(r, open + 1)) && behind == open + 3)
        return; /* a text that is written out: looked at as every text is */
    if (!is_number(r, open + 1, behind - 1, begin, end))
        opaque(r, open, "a member is given under a computed key");
}

static void read_word(struct reading *r, size_t i)
{
    static const struct {
        const char *word;
        void (*read)(struct reading *r, size_t word);
    } words[] = { { "set", read_set },   { "send", read_send },         { "start", read_start },
                  { "each", read_each }, { "deadline", read_deadline }, { "stop", read_stop } };
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (token_is(at(r, i), words[w].word) && is_word(r, i))
            words[w].read(r, i);
}

static void read_span(struct reading *r, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct token *token = at(r, i);
        const char *text = piece_string(r, token);
        if (token_is(token, "effect") || (text && strcmp(text, "effect") == 0))
            opaque(r, i, "an effect is built by hand");
        if (token_is(token, "["))
            read_index(r, i, from, to);
        if (token->kind == RD_TOKEN_NAME)
            read_word(r, i);
        for (size_t l = 0; token->kind == RD_TOKEN_NAME && l < r->file->local_count; l++) {
            struct local *local = &r->file->locals[l];
            if (local->taken || !token_same(at(r, local->name), token))
                continue;
            local->taken = true;
            read_span(r, local->from, local->to);
        }
    }
}

/* ---- actions ---- */

/* The parameter is the facts, as long as it is only read: `f.x` and nothing else. */
static const struct token *find_param(const struct reading *r, size_t function)
{
    if (!token_is(at(r, function + 1), "(") || at(r, function + 2)->kind != RD_TOKEN_NAME)
        return NULL;
    const struct token *param = at(r, function + 2);
    for (size_t i = function + 3; i < r->end; i++)
        if (token_same(at(r, i), param) && is_word(r, i) && !token_is(at(r, i + 1), "."))
            return NULL;
    return param;
}

/* NAME = function, on the line: the place of `function`; 0 where there is none, or several. */
static size_t find_function(const struct policy_text_file *file, const char *name, int line)
{
    size_t found = 0;
    for (size_t i = 0; i + 2 < file->count; i++) {
        const struct token *token = &file->tokens[i];
        if (token->line != line || token->kind != RD_TOKEN_NAME || !token_is(token, name) ||
            !token_is(&file->tokens[i + 1], "=") || !token_is(&file->tokens[i + 2], "function"))
            continue;
        if (found)
            return 0;
        found = i + 2;
    }
    return found;
}

static void read_action(struct rd_arena *arena, struct policy_text_file *file,
                        const struct rd_function *action, struct rd_deeds *out)
{
    size_t function = file ? find_function(file, action->name, action->line) : 0;
    *out = (struct rd_deeds){ .line = action->line };
    if (!function) {
        out->opaque = "its text is not written out at its name";
        return;
    }
    struct reading r = { .arena = arena, .file = file, .deeds = out };
    size_t behind = file_behind(file, function);
    r.end = behind - 1;
    r.body = file_behind(file, function + 1);
    r.param = find_param(&r, function);
    for (size_t i = 0; i < file->local_count; i++)
        file->locals[i].taken = false;
    read_span(&r, r.body, r.end);
}

/* A guard does nothing; it is opaque where it could read what it does not name. */
static void read_guard(struct rd_arena *arena, struct policy_text_file *file,
                       const struct rd_function *guard, struct rd_deeds *out)
{
    static const char *const reads[] = { "[", "pairs", "ipairs", "next", "select" };
    size_t function = file ? find_function(file, guard->name, guard->line) : 0;
    *out = (struct rd_deeds){ .line = guard->line };
    if (!function) {
        out->opaque = "its text is not written out at its name";
        return;
    }
    struct reading r = { .arena = arena, .file = file, .deeds = out };
    r.end = file_behind(file, function) - 1;
    out->reads = rd_arena_zalloc(arena, r.end - function + 1, sizeof *out->reads);
    for (size_t i = function; i < r.end; i++) {
        if (token_is(at(&r, i), ".") && at(&r, i + 1)->kind == RD_TOKEN_NAME)
            out->reads[out->read_count++] = piece_text(&r, at(&r, i + 1));
        for (size_t k = 0; k < sizeof reads / sizeof *reads; k++)
            if (token_is(at(&r, i), reads[k]))
                opaque(&r, i, "it reads what it does not name");
        for (size_t l = 0; at(&r, i)->kind == RD_TOKEN_NAME && l < file->local_count; l++)
            if (token_same(at(&r, file->locals[l].name), at(&r, i)))
                opaque(&r, i, "it uses what stands outside of it");
    }
    if (!find_param(&r, function))
        opaque(&r, function, "it hands its facts on");
}

/* A record field or form field called `effect`: facts could be handed back as an effect. */
static bool has_effect_field(const struct rd_model *model)
{
    for (size_t t = 0; t < model->type_count; t++)
        if (rd_type_field(&model->types[t], "effect") >= 0)
            return true;
    for (size_t f = 0; f < model->form_count; f++)
        for (size_t i = 0; i < model->forms[f].count; i++)
            if (strcmp(model->forms[f].entries[i].field.name, "effect") == 0)
                return true;
    return false;
}

void rd_policy_deeds(const struct rd_policy_source *sources, size_t count,
                     const struct rd_model *model, struct rd_arena *arena, struct rd_deeds **out,
                     size_t *out_count)
{
    struct policy_text_file *files = NULL;
    int most = -1;
    for (size_t c = 0; c < model->chart_count; c++) {
        for (size_t i = 0; i < model->charts[c].action_count; i++)
            most = model->charts[c].actions[i].fn > most ? model->charts[c].actions[i].fn : most;
        for (size_t i = 0; i < model->charts[c].guard_count; i++)
            most = model->charts[c].guards[i].fn > most ? model->charts[c].guards[i].fn : most;
    }
    *out_count = (size_t)(most + 1);
    *out = rd_arena_zalloc(arena, *out_count + 1, sizeof **out);
    bool effect_field = has_effect_field(model);
    for (size_t c = 0; c < model->chart_count; c++) {
        const struct rd_chart *chart = &model->charts[c];
        struct policy_text_file *file = file_of(&files, sources, count, chart->file, arena);
        for (size_t i = 0; i < chart->guard_count; i++)
            read_guard(arena, file, &chart->guards[i], &(*out)[chart->guards[i].fn]);
        for (size_t i = 0; i < chart->action_count; i++) {
            struct rd_deeds *deeds = &(*out)[chart->actions[i].fn];
            read_action(arena, file, &chart->actions[i], deeds);
            if (effect_field && !deeds->opaque)
                deeds->opaque = "a field is called `effect`";
        }
    }
}

struct rd_policy_texts *rd_policy_texts_new(const struct rd_policy_source *sources, size_t count,
                                            struct rd_arena *arena)
{
    struct rd_policy_texts *texts = rd_arena_zalloc(arena, 1, sizeof *texts);
    *texts = (struct rd_policy_texts){ sources, count, arena, NULL };
    return texts;
}

const char *rd_policy_function_text(void *context, const char *path, const char *name, int line)
{
    struct rd_policy_texts *texts = context;
    struct policy_text_file *files = texts->files;
    struct policy_text_file *file =
        file_of(&files, texts->sources, texts->count, path, texts->arena);
    texts->files = files;
    size_t function = file ? find_function(file, name, line) : 0;
    if (!function)
        return NULL;
    struct reading r = { .arena = texts->arena, .file = file };
    size_t end = file_behind(file, function), len = 0;
    for (size_t i = function; i < end; i++)
        len += at(&r, i)->len + 1;
    char *text = rd_arena_zalloc(texts->arena, len + 1, 1);
    for (size_t i = function, to = 0; i < end; i++) {
        memcpy(text + to, at(&r, i)->text, at(&r, i)->len);
        to += at(&r, i)->len;
        text[to++] = ' ';
    }
    return text;
}
