/* The operators work on lines of text: the shipped rules write a row, a rung and an event's parts
 * on one line each. What a line does not show (a table over several lines) is left alone. */
#include "policy/defects.h"

#include <stdio.h>
#include <string.h>

#define SITES_MAX 4096

struct finder {
    const struct rd_policy_source *sources;
    size_t count;
    struct rd_arena *arena;
    const char *operator;
    struct defect *sites; /* of the operator */
    size_t site_count;
};

struct line {
    const char *at;
    size_t len;
    int number;
    size_t source;
    const char *text; /* of the file */
};

static void add(struct finder *f, const struct line *line, const char *from, size_t len,
                const char *with, int claim, const char *subject)
{
    if (f->site_count == SITES_MAX)
        return;
    f->sites[f->site_count++] = (struct defect){
        f->operator,
        line->source,
        (size_t)(from - line->text),
        (size_t)(from - line->text) + len,
        with,
        line->number,
        claim,
        subject,
    };
}

static const char *in_line(const struct line *line, const char *word)
{
    const char *comment = NULL;
    for (size_t i = 0; i + 1 < line->len && !comment; i++)
        if (line->at[i] == '-' && line->at[i + 1] == '-' && (i == 0 || line->at[i - 1] == ' '))
            comment = line->at + i;
    const char *found = memmem(line->at, line->len, word, strlen(word));
    return found && (!comment || found < comment) ? found : NULL;
}

static const char *copy(struct finder *f, const char *from, size_t len)
{
    return rd_arena_copy(f->arena, from, len);
}

/* The quoted text behind `key = `: without its quotes; NULL. */
static const char *quoted(const struct line *line, const char *key, size_t *len)
{
    const char *at = in_line(line, key);
    if (!at)
        return NULL;
    at += strlen(key);
    const char *end = memchr(at, '"', line->len - (size_t)(at - line->at));
    if (!end)
        return NULL;
    *len = (size_t)(end - at);
    return at;
}

static bool is_rules(const struct line *line, const struct finder *f)
{
    const char *path = f->sources[line->source].path;
    return strncmp(path, "rules/", 6) == 0 && !strstr(path, "holidays") &&
           !strstr(path, "organisation") && !strstr(path, "words") && !strstr(path, "views") &&
           !strstr(path, "reports") && !strstr(path, "templates") && !strstr(path, "authority");
}

static bool is_authority(const struct line *line, const struct finder *f)
{
    return strcmp(f->sources[line->source].path, "rules/authority.lua") == 0;
}

static bool is_script(const struct line *line, const struct finder *f)
{
    return strncmp(f->sources[line->source].path, "scripts/", 8) == 0;
}

static bool is_row(const struct line *line)
{
    size_t i = strspn(line->at, " ");
    return i < line->len && strncmp(line->at + i, "{ id = ", 7) == 0 && in_line(line, "},");
}

/* ---- operators ---- */

static struct line previous; /* the line before */

/* The outputs of two neighbouring rows change places. */
static void op_swapped_limits(struct finder *f, const struct line *line)
{
    size_t a_len, b_len;
    const char *a = quoted(&previous, "limit = \"", &a_len),
               *b = quoted(line, "limit = \"", &b_len);
    if (!is_rules(line, f) || !is_row(line) || !is_row(&previous) || !a || !b ||
        (a_len == b_len && memcmp(a, b, a_len) == 0))
        return;
    const char *between = copy(f, a + a_len, (size_t)(b - a) - a_len);
    add(f, &previous, a, (size_t)(b - a) + b_len,
        rd_arena_printf(f->arena, "%.*s%s%.*s", (int)b_len, b, between, (int)a_len, a), -1, NULL);
}

static void op_lost_row(struct finder *f, const struct line *line)
{
    if (is_rules(line, f) && is_row(line))
        add(f, line, line->at, line->len, "", -1, NULL);
}

static void op_moved_bound(struct finder *f, const struct line *line)
{
    static const char *const from[] = { "\">= ", "\"< ", "\"> ", ")\"", "\"<= " }, *const to[] = {
        "\"> ", "\"<= ", "\">= ", "]\"", "\"< "
    };
    for (size_t i = 0; i < 5; i++) {
        const char *at = in_line(line, from[i]);
        if (is_rules(line, f) && is_row(line) && at)
            add(f, line, at, strlen(from[i]), to[i], -1, NULL);
    }
}

static void op_lost_deadline(struct finder *f, const struct line *line)
{
    const char *path = f->sources[line->source].path;
    size_t i = strspn(line->at, " ");
    bool ladder =
        strcmp(path, "rules/ladders.lua") == 0 && line->at[i] == '{' && in_line(line, "} },");
    bool after = is_script(line, f) && strncmp(line->at + i, "after = {", 9) == 0 &&
                 line->at[line->len - 1] == ',';
    bool rung = is_script(line, f) && strncmp(line->at + i, "{ \"", 3) == 0 &&
                in_line(line, "tell = {") && line->at[line->len - 1] == ',';
    if (ladder || after || rung)
        add(f, line, line->at, line->len, "", -1, NULL);
}

static void op_self_approval(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, ", other_than = {");
    const char *end = at ? memchr(at, '}', line->len - (size_t)(at - line->at)) : NULL;
    if (!is_authority(line, f) || !end)
        return;
    bool credit = in_line(line, "credit_change.review") || in_line(line, "credit_change.sign"),
         grant = in_line(line, "complaint.grant"), terms = in_line(line, "payment_terms.grant"),
         change = in_line(line, "customer_change.approve"), finding = in_line(line, "finding.");
    const char *subject = in_line(line, "credit_change.review")
                              ? "credit_change: applicant, reviewer"
                          : credit ? "credit_change: applicant, signer"
                          : grant  ? "complaint: proposer, granter"
                          : terms  ? "payment_terms: applicant, decider"
                          : change ? "customer_change: applicant, decider"
                          : finding && in_line(line, "confirm\"") ? "finding: person, confirmer"
                                                                  : NULL;
    add(f, line, at, (size_t)(end - at) + 1, "", subject ? RD_CLAIM_APART : -1, subject);
}

static void op_lost_exception(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, ", unless = {");
    const char *end = at ? memchr(at, '}', line->len - (size_t)(at - line->at)) : NULL;
    if (is_authority(line, f) && end)
        add(f, line, at, (size_t)(end - at) + 1, "", -1, NULL);
}

static void op_wider_role(struct finder *f, const struct line *line)
{
    static const char *const roles[] = { "supervisor", "branch_manager", "headquarters_centre",
                                         "head_of_department", "marketing_director" };
    for (size_t i = 0; i < 5; i++) {
        const char *from = rd_arena_printf(f->arena, "from = \"%s\"", roles[i]);
        const char *at = in_line(line, from);
        if (is_authority(line, f) && at)
            add(f, line, at, strlen(from), "from = \"staff\"", -1, NULL);
    }
}

/* Whether the same file lets one read such records no further than that: what one may not read is
 * not found, so a row of authority that reaches further changes nothing. */
static bool reading_ends_there(struct finder *f, const struct line *line, const char *reach,
                               size_t len)
{
    const char *command = memchr(line->at, '"', line->len);
    const char *dot =
        command ? memchr(command, '.', line->len - (size_t)(command - line->at)) : NULL;
    if (!dot)
        return false;
    const char *read = rd_arena_printf(f->arena, "%.*s.read\"", (int)(dot - command), command);
    const char *same = rd_arena_printf(f->arena, "reach = \"%.*s\"", (int)len, reach);
    for (const char *at = strstr(line->text, read); at; at = strstr(at + 1, read)) {
        const char *end = strchr(at, '\n');
        if (memmem(at, end ? (size_t)(end - at) : strlen(at), same, strlen(same)))
            return true;
    }
    return false;
}

static void op_lost_reach(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, ", reach = \"");
    const char *end = at ? memchr(at + 2, ',', line->len - (size_t)(at + 2 - line->at)) : NULL;
    const char *close = at ? memchr(at, '}', line->len - (size_t)(at - line->at)) : NULL;
    size_t len = at ? strcspn(at + 11, "\"") + 12 : 0;
    if (is_authority(line, f) && at && (end || close) && !in_line(line, ".read\"") &&
        !reading_ends_there(f, line, at + 11, len - 12))
        add(f, line, at, len, "", -1, NULL);
}

static void op_lost_ceiling(struct finder *f, const struct line *line)
{
    static const char *const words[] = { ", up_to = \"remedy.limit\"", ", ceilings = ceilings" };
    for (size_t i = 0; i < 2; i++) {
        const char *at = in_line(line, words[i]);
        if (is_authority(line, f) && at)
            add(f, line, at, strlen(words[i]), "", -1, NULL);
    }
}

/* A way that led to some state leads to where it began: the states of a file are looked for. */
static void op_wrong_target(struct finder *f, const struct line *line)
{
    size_t len;
    const char *go = quoted(line, "go = \"", &len);
    if (!is_script(line, f) || !go || strstr(f->sources[line->source].path, "_test"))
        return;
    for (const char *at = strstr(line->text, "go = \""); at; at = strstr(at + 1, "go = \"")) {
        const char *other = at + 6;
        size_t other_len = strcspn(other, "\"");
        if (other_len == len && memcmp(other, go, len) == 0)
            continue;
        add(f, line, go, len, copy(f, other, other_len), -1, NULL);
        return;
    }
}

static void op_lost_way(struct finder *f, const struct line *line)
{
    size_t len;
    const char *go = quoted(line, "go = \"", &len);
    const char *at = in_line(line, "go = \"");
    if (is_script(line, f) && go && at[6 + len + 1] == ',')
        add(f, line, at, len + 8, "", -1, NULL);
}

/* A guard says the contrary. */
static void op_turned_guard(struct finder *f, const struct line *line)
{
    static const char *const from[] = { " == ", " ~= ", " >= ", " < " }, *const to[] = {
        " ~= ", " == ", " < ", " >= "
    };
    for (size_t i = 0; i < 4; i++) {
        const char *at = in_line(line, from[i]);
        if (is_script(line, f) && at && in_line(line, "function(f) return"))
            add(f, line, at, strlen(from[i]), to[i], -1, NULL);
    }
}

static void op_lost_action(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, "run = { \"");
    const char *end = at ? memchr(at, '}', line->len - (size_t)(at - line->at)) : NULL;
    if (!is_script(line, f) || !end)
        return;
    const char *comma = memchr(at, ',', (size_t)(end - at));
    if (comma) /* the first of several */
        add(f, line, at + 8, (size_t)(comma + 2 - at) - 8, "", -1, NULL);
}

/* An action sends the event that runs it again. */
static void op_endless(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, "= function(f) return ");
    if (!is_script(line, f) || !at)
        return;
    size_t start = strspn(line->at, " "), name_len = strcspn(line->at + start, " =");
    const char *run =
        rd_arena_printf(f->arena, "run = { \"%.*s\" }", (int)name_len, line->at + start);
    const char *used = strstr(line->text, run);
    if (!used)
        return;
    const char *begin = used;
    while (begin > line->text && begin[-1] != '\n')
        begin--;
    begin += strspn(begin, " ");
    if (strncmp(begin, "on = { ", 7) == 0)
        begin += 7;
    size_t event_len = strcspn(begin, " =");
    if (strncmp(begin + event_len, " = { ", 5) != 0 || strncmp(begin, "after", 5) == 0 ||
        strncmp(begin, "open = ", 7) == 0 || memmem(begin, (size_t)(used - begin), "go = ", 5) ||
        event_len == 0)
        return;
    const char *body = at + strlen("= function(f) ");
    add(f, line, body, strlen("return "),
        rd_arena_printf(f->arena, "if true then return send \"%.*s\" { to = f.id } end return ",
                        (int)event_len, begin),
        RD_CLAIM_CASCADES, "policy");
}

static void op_lost_field(struct finder *f, const struct line *line)
{
    static const char *const keys[] = {
        "proposer = empty, ",  "granter = empty, ",   "chooser = empty, ",   ", by = \"granter\"",
        ", by = \"proposer\"", ", by = \"signer\"",   ", by = \"reviewer\"", ", by = \"decider\"",
        ", by = \"chooser\"",  ", by = \"extender\"", ", by = \"confirmer\""
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *at = in_line(line, keys[i]);
        if (is_script(line, f) && at)
            add(f, line, at, strlen(keys[i]), "", -1, NULL);
    }
}

static void op_longer_limit(struct finder *f, const struct line *line)
{
    size_t len;
    const char *limit = quoted(line, "limit = \"", &len);
    if (is_rules(line, f) && is_row(line) && limit && *limit >= '1' && *limit <= '9')
        add(f, line, limit, 1, rd_arena_printf(f->arena, "%c0", *limit), -1, NULL);
}

static void op_contradiction(struct finder *f, const struct line *line)
{
    if (!is_rules(line, f) || !is_row(line) || memmem(line->at, line->len, "--", 2))
        return;
    const char *id = in_line(line, "id = \"");
    size_t id_len = strcspn(id + 6, "\"");
    const char *twice =
        rd_arena_printf(f->arena, "%.*s\n    { id = \"again%.*s", (int)line->len, line->at,
                        (int)(line->len - (size_t)(id + 6 + id_len - line->at)), id + 6 + id_len);
    add(f, line, line->at, line->len, twice, -1, NULL);
}

static void op_lost_final(struct finder *f, const struct line *line)
{
    const char *at = in_line(line, ", final = true");
    if (is_script(line, f) && at)
        add(f, line, at, strlen(", final = true"), "", -1, NULL);
}

/* ---- the corpus ---- */

static const struct {
    const char *name;
    void (*find)(struct finder *f, const struct line *line);
} OPERATORS[] = {
    { "swapped limits", op_swapped_limits },
    { "lost row", op_lost_row },
    { "moved bound", op_moved_bound },
    { "contradicting row", op_contradiction },
    { "longer limit", op_longer_limit },
    { "lost deadline", op_lost_deadline },
    { "self-approval", op_self_approval },
    { "lost exception", op_lost_exception },
    { "wider role", op_wider_role },
    { "lost reach", op_lost_reach },
    { "lost ceiling", op_lost_ceiling },
    { "wrong target", op_wrong_target },
    { "lost way", op_lost_way },
    { "turned guard", op_turned_guard },
    { "lost action", op_lost_action },
    { "endless cascade", op_endless },
    { "lost field", op_lost_field },
    { "lost end", op_lost_final },
};

static void find_in(struct finder *f, size_t source,
                    void (*find)(struct finder *f, const struct line *line))
{
    const char *text = f->sources[source].text;
    const char *end = text + f->sources[source].len;
    int number = 1;
    previous = (struct line){ text, 0, 0, source, text };
    for (const char *at = text; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = stop ? (size_t)(stop - at) : (size_t)(end - at);
        struct line line = { at, len, number, source, text };
        if (len > 0)
            find(f, &line);
        previous = line;
        at += len + 1;
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct defect *defects_make(const struct rd_policy_source *sources, size_t count,
                            size_t per_operator, uint64_t seed, struct rd_arena *arena,
                            size_t *out_count)
{
    const size_t operators = sizeof OPERATORS / sizeof *OPERATORS;
    struct defect *out = rd_arena_zalloc(arena, operators * per_operator + 1, sizeof *out);
    *out_count = 0;
    for (size_t o = 0; o < operators; o++) {
        struct finder f = { sources, count, arena, OPERATORS[o].name, NULL, 0 };
        f.sites = rd_arena_zalloc(arena, SITES_MAX, sizeof *f.sites);
        for (size_t s = 0; s < count; s++)
            if (!strstr(sources[s].path, "_test.lua"))
                find_in(&f, s, OPERATORS[o].find);
        for (size_t n = 0; n < per_operator && n < f.site_count; n++) {
            size_t pick = n + next_random(&seed) % (f.site_count - n);
            struct defect picked = f.sites[pick];
            f.sites[pick] = f.sites[n];
            out[(*out_count)++] = picked;
        }
    }
    return out;
}

struct rd_policy_source *defect_apply(const struct defect *defect,
                                      const struct rd_policy_source *sources, size_t count,
                                      struct rd_arena *arena)
{
    struct rd_policy_source *copy_of = rd_arena_zalloc(arena, count, sizeof *copy_of);
    memcpy(copy_of, sources, count * sizeof *copy_of);
    struct rd_policy_source *changed = &copy_of[defect->source];
    const char *text = changed->text;
    changed->text = rd_arena_printf(arena, "%.*s%s%s", (int)defect->from, text, defect->with,
                                    text + defect->to);
    changed->len = strlen(changed->text);
    return copy_of;
}
