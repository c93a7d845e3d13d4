/* What functions gave is remembered by what they read. Each function is asked twice with the same
 * random facts: as it is, and with a look at the length of the facts before its body, which no
 * memory can say, so that it runs each time. Both must give the same, faults included. */
#include "policy/rig.h"

#include "base/limits.h"

static struct rig rig, runs; /* runs: the one that is never remembered */
static struct rd_value result;

static void teardown(void)
{
    rig_end(&rig);
    rig_end(&runs);
}

struct example {
    const char *before, *kind, *body;
};

static const struct example EXAMPLES[] = {
    { "", "guard", "return true, 'why not', 'why'" },
    { "", "guard", "return f.a == 1" },
    { "", "guard", "return f.a > 1" },
    { "", "guard", "return f.a == f.b" },
    { "", "guard", "if f.a then return f.b == 'x', f.t end return f.form.a == 2" },
    { "", "guard",
      "if f.form.ground ~= 'x' then return false, 'the ground' end return f.form.b == 'y', 'no'" },
    { "", "guard", "return f.form.inner.a == 1 or f.form.inner.a == f.a" },
    { "", "guard", "return f.form == f.other" },
    { "", "guard", "return f.form.inner ~= nil and f.other.inner == nil" },
    { "", "guard", "for _, v in ipairs(f.list or {}) do if v == f.a then return true end end" },
    { "", "guard", "return f.list ~= nil, 'none'" },
    { "", "guard", "return #(f.list or {}) > 1" },
    { "", "guard", "return type(f.form) == 'table' and tostring(f.list) == 'table'" },
    { "", "guard", "return f.a" },
    { "", "guard", "return f.missing == nil" },
    { "", "guard", "for k, v in pairs(f.form) do if v == 1 then return true, nil, k end end" },
    { "", "guard", "return next(f.form) == 'a'" },
    { "", "guard", "return f.r == 0.0, tostring(f.r)" },
    { "", "guard", "return ('%s'):format(f.t) == f.b" },
    { "local big, names = 2, { x = 'one', y = 'two' }", "guard",
      "return f.a > big, names[f.b], 'big'" },
    { "", "action", "return tell { 'handler', text = 'constant' }" },
    { "", "action", "return set { subject = f.t, amount = f.a }" },
    { "", "action", "if f.a == 1 then return set { tags = f.list } end" },
    { "", "action", "if f.a == 1 then return { set { subject = f.b or empty }, stop 'x' } end" },
    { "", "action", "return set { form = f.form }" },
    { "", "action", "return { f.form }" },
    { "", "action", "return start 'ticket' { subject = f.b, link = f.t }" },
    { "", "action",
      "local s = '' for i = 1, 3 do s = s .. tostring(f['k' .. i]) end return set { s = s }" },
};

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* A scalar out of few, so that calls repeat themselves; now and then one that does not. */
static struct rd_value scalar(void)
{
    static const char *const texts[] = { "x", "y", "",
                                         ("a long one that is longer than what is "
                                          "remembered of one fact, by a little") };
    static const double reals[] = { 0.0, -0.0, 1.0, 1.5 };
    switch (draw(9)) {
    case 0:
        return rd_null();
    case 1:
        return rd_bool(draw(2));
    case 2:
        return rd_real(reals[draw(4)]);
    case 3:
    case 4:
        return rd_text(texts[draw(4)]);
    case 5:
        return draw(8) ? rd_int(1) : rd_int((int64_t)seed);
    default:
        return rd_int(draw(4));
    }
}

static struct rd_value inner_map(int depth);

static void put(struct rd_value *map, const char *key, struct rd_value value)
{
    if (draw(24) > 0) /* at times it is not there at all */
        rd_map_set(&rig.arena, map, key, value);
}

static struct rd_value inner_map(int depth)
{
    struct rd_value map = rd_map();
    put(&map, "a", scalar());
    put(&map, "ground", scalar());
    put(&map, "b", scalar());
    put(&map, "inner", depth > 0 && draw(4) ? inner_map(depth - 1) : scalar());
    return map;
}

static struct rd_value list_of_scalars(void)
{
    struct rd_value list = rd_list();
    for (uint32_t i = draw(4); i > 0; i--)
        rd_list_add(&rig.arena, &list, scalar());
    return list;
}

static struct rd_value facts_draw(void)
{
    static const char *const plain[] = { "a", "b", "t", "r", "k1", "k2", "k3" };
    struct rd_value facts = rd_map();
    uint32_t from = draw(7); /* the order of facts must not matter either */
    for (uint32_t i = 0; i < 7; i++)
        put(&facts, plain[(from + i) % 7], scalar());
    put(&facts, "form", draw(12) ? inner_map(2) : scalar());
    put(&facts, "other", inner_map(1));
    put(&facts, "list", draw(3) ? list_of_scalars() : rd_null());
    return facts;
}

static const char *answer(struct rig *of, const struct rd_value *facts)
{
    of->error = RD_ERROR_NONE;
    if (rd_policy_call(of->policy, 1, facts, &rig.arena, &result, &of->error) != RD_OK)
        return of->error.text;
    return rig_json(&rig, &result);
}

static void load_both(const struct example *example)
{
    static char text[4096];
    snprintf(text, sizeof(text), "local _ = #f %s", example->body);
    rig_function(&runs, example->before, example->kind, text);
    rig_function(&rig, example->before, example->kind, example->body);
}

START_TEST(remembered_is_what_would_be_given)
{
    load_both(&EXAMPLES[_i]);
    seed = (uint64_t)_i + 1;
    for (int i = 0; i < (unit_is_long() ? 200000 : 4000); i++) {
        struct rd_value facts = facts_draw();
        const char *expected = answer(&runs, &facts);
        ck_assert_str_eq(answer(&rig, &facts), expected);
        if (i % 100 == 99) {
            rd_policy_collect(runs.policy);
            rd_arena_reset(&rig.arena);
        }
    }
}
END_TEST

/* Whether the second of two calls with these facts leaves the heap as it is: it was not made. */
static bool is_remembered(const char *kind, const char *body, const char *facts)
{
    rig_function(&rig, "", kind, body);
    rig_begin(&runs);
    ck_assert_int_eq(rig_call(&rig, facts, &result), RD_OK);
    const char *first = rig_json(&rig, &result);
    size_t heap = rd_policy_heap_bytes(rig.policy);
    ck_assert_int_eq(rig_call(&rig, facts, &result), RD_OK);
    ck_assert_str_eq(rig_json(&rig, &result), first);
    bool same = rd_policy_heap_bytes(rig.policy) == heap;
    rig_end(&rig);
    rig_begin(&rig);
    return same;
}

START_TEST(calls_are_saved)
{
    ck_assert(is_remembered("action", "return set { subject = 'x' }", "{}"));
    ck_assert(is_remembered("guard", "return f.form.a == 1", "{\"form\":{\"a\":1}}"));
    ck_assert(is_remembered("action", "return set { n = f.n }", "{\"n\":\"x\"}"));
    ck_assert(!is_remembered("action", "return set { n = f.n }", "{\"n\":[1]}"));
    ck_assert(!is_remembered("guard", "return #f.n == 1", "{\"n\":[1]}"));
}
END_TEST

/* More values of a fact than are remembered: no harm, and no more memory. */
START_TEST(many_values_are_all_answered)
{
    rig_begin(&runs);
    rig_function(&rig, "", "guard", "return f.n % 2 == 0, tostring(f.n)");
    for (int round = 0; round < 2; round++)
        for (int n = 0; n < 4 * RD_MEMO_BRANCHES_MAX * RD_MEMO_BRANCHES_MAX; n++) {
            struct rd_value facts = rd_map();
            rd_map_set(&rig.arena, &facts, "n", rd_int(n));
            char expected[64];
            snprintf(expected, sizeof(expected), "[%s,\"%d\"]", n % 2 ? "false" : "true", n);
            ck_assert_str_eq(answer(&rig, &facts), expected);
        }
}
END_TEST

START_TEST(faults_are_not_remembered)
{
    rig_begin(&runs);
    rig_function(&rig, "", "guard", "return f.a < 2");
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(rig_call(&rig, "{\"a\":\"x\"}", &result), RD_POLICY_FAULT);
        ck_assert_int_eq(rig_call(&rig, "{}", &result), RD_POLICY_FAULT);
        ck_assert_int_eq(rig_call(&rig, "{\"a\":1}", &result), RD_OK);
    }
}
END_TEST

/* A result that is remembered is lent: it is the same each time, whatever becomes of the arena in
 * which it was made first, and of the facts that were asked with. */
START_TEST(results_are_lent)
{
    rig_begin(&runs);
    rig_function(&rig, "", "action", "return set { subject = f.a == 'x' and 'yes' or 'no' }");
    for (int i = 0; i < 6; i++) {
        struct rd_arena arena;
        struct rd_value facts = rd_map();
        rd_arena_init(&arena);
        rd_map_set(&arena, &facts, "a", rd_text_copy(&arena, i % 2 ? "x" : "y", 1));
        ck_assert_int_eq(rd_policy_call(rig.policy, 1, &facts, &arena, &result, &rig.error), RD_OK);
        if (i < 2) /* made in the arena that goes now */
            result = rd_value_copy(&rig.arena, &result);
        rd_arena_fini(&arena);
        ck_assert_str_eq(rig_json(&rig, &result),
                         i % 2 ? "[{\"data\":{\"subject\":\"yes\"},\"effect\":\"set\"}]"
                               : "[{\"data\":{\"subject\":\"no\"},\"effect\":\"set\"}]");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy memo");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, remembered_is_what_would_be_given, 0,
                        sizeof(EXAMPLES) / sizeof(EXAMPLES[0]));
    tcase_add_test(tcase, calls_are_saved);
    tcase_add_test(tcase, many_values_are_all_answered);
    tcase_add_test(tcase, faults_are_not_remembered);
    tcase_add_test(tcase, results_are_lent);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
