/* A large company: 2,000 units in three levels and 50,000 staff records. What a command costs with
 * them is printed beside what it costs with ten people; a policy of that many units loads quickly;
 * the book is read again quickly. With REDRESS_LONG all 50,000, otherwise a tenth.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "common/company.h"
#include "domain/model.h"
#include "policy/policy.h"
#include "unit/kernel_rig.h"
#include "unit/staff_company.h"

#define PROVINCES 50
#define CITIES 39 /* of each province: 2,000 units with the provinces, and hq above them */
#define BATCH 250
#define PAPERS 2000

static struct kernel_rig rig;

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "rules/staff.lua", STAFF_TEXT);
    struct rd_buf text;
    rd_buf_init(&text);
    rd_buf_text(&text, "return organisation { units = {\n");
    for (int p = 0; p < PROVINCES; p++) {
        rd_buf_printf(&text, "  { 'p%d', en = 'Province %d', zh = '省%d', under = 'hq' },\n", p, p,
                      p);
        for (int c = 0; c < CITIES; c++)
            rd_buf_printf(&text, "  { 'p%dc%d', en = 'City %d', under = 'p%d' },\n", p, c, c, p);
    }
    rd_buf_text(&text, "} }\n");
    t_company_write(rig.policy, "rules/units.lua", rd_arena_copy(&rig.arena, text.data, text.len));
    rd_buf_fini(&text);
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *unit_of(struct rd_arena *arena, int n)
{
    return rd_arena_printf(arena, "p%dc%d", n % PROVINCES, n / PROVINCES % CITIES);
}

/* `make` gives the n-th request; they go in batches that share a flush. Microseconds for each. */
static double run(int count, const char *method,
                  struct rd_value (*make)(struct rd_arena *arena, int n))
{
    int64_t began_ns = rd_clock_mono_ns();
    for (int done = 0; done < count; done += BATCH) {
        struct rd_request requests[BATCH], *at[BATCH];
        struct rd_value params[BATCH];
        struct rd_arena arena;
        size_t n = (size_t)(count - done < BATCH ? count - done : BATCH);
        rd_arena_init(&arena);
        for (size_t i = 0; i < n; i++) {
            params[i] = make(&arena, done + (int)i);
            requests[i] = (struct rd_request){ .arena = &arena,
                                               .method = method,
                                               .params = &params[i],
                                               .peer = { .door = RD_DOOR_INSIDE } };
            at[i] = &requests[i];
        }
        rd_kernel_run(rig.kernel, at, n);
        for (size_t i = 0; i < n; i++)
            ck_assert_msg(requests[i].status == RD_OK, "%s: %s", method, requests[i].error.text);
        rd_arena_fini(&arena);
    }
    return (double)(rd_clock_mono_ns() - began_ns) / 1000.0 / count;
}

static int hired; /* how many there are */

static const char *login_of(struct rd_arena *arena, int n)
{
    return rd_arena_printf(arena, "s%d", n % hired);
}

static struct rd_value make_hire(struct rd_arena *arena, int n)
{
    struct rd_value params = rd_map(), data = rd_map(), roles = rd_list();
    n += hired;
    rd_list_add(arena, &roles, rd_text("handler"));
    rd_map_add(arena, &data, "login", rd_text(rd_arena_printf(arena, "s%d", n)));
    rd_map_add(arena, &data, "name", rd_text("Somebody"));
    rd_map_add(arena, &data, "unit", rd_text(unit_of(arena, n)));
    rd_map_add(arena, &data, "team", rd_text(rd_arena_printf(arena, "t%d", n / 10)));
    rd_map_add(arena, &data, "roles", roles);
    rd_map_add(arena, &params, "type", rd_text("employee"));
    rd_map_add(arena, &params, "data", data);
    return params;
}

static struct rd_value make_paper(struct rd_arena *arena, int n)
{
    struct rd_value params = rd_map(), data = rd_map();
    rd_map_add(arena, &data, "unit", rd_text(unit_of(arena, n % hired)));
    rd_map_add(arena, &params, "type", rd_text("paper"));
    rd_map_add(arena, &params, "data", data);
    rd_map_add(arena, &params, "as", rd_text(login_of(arena, n)));
    return params;
}

static int papers_before;

static struct rd_value make_act(struct rd_arena *arena, int n, const char *event)
{
    struct rd_value params = rd_map();
    rd_map_add(arena, &params, "id",
               rd_text(rd_arena_printf(arena, "3-%d", papers_before + n + 1)));
    if (event)
        rd_map_add(arena, &params, "event", rd_text(event));
    rd_map_add(arena, &params, "as", rd_text(login_of(arena, n)));
    return params;
}

static struct rd_value make_read(struct rd_arena *arena, int n)
{
    return make_act(arena, n, NULL);
}

static struct rd_value make_ring(struct rd_arena *arena, int n)
{
    return make_act(arena, n, "ring");
}

static struct rd_value make_hand(struct rd_arena *arena, int n)
{
    return make_act(arena, n, "hand");
}

struct costs {
    double write, read, tell, pick;
};

static struct costs measure(void)
{
    struct costs costs;
    static int papers;
    papers_before = papers;
    costs.write = run(PAPERS, "case.open", make_paper);
    papers += PAPERS;
    costs.read = run(PAPERS, "case.get", make_read);
    costs.tell = run(PAPERS, "case.act", make_ring);
    costs.pick = run(PAPERS, "case.act", make_hand);
    return costs;
}

START_TEST(no_noticeable_cost)
{
    int many = unit_is_long() ? 50000 : 5000;
    hired = 0;
    (void)run(10, "case.open", make_hire);
    hired = 10;
    (void)measure(); /* warm */
    struct costs few = measure();
    double hire = run(many - 10, "case.open", make_hire);
    hired = many;
    struct costs all = measure();
    rig_stop(&rig);
    int64_t began_ns = rd_clock_mono_ns();
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    double start_ms = (double)(rd_clock_mono_ns() - began_ns) / 1e6;
    struct costs again = measure();
    printf("2,001 units; us a command with 10, with %d staff, after a start:\n"
           "  open %.1f %.1f %.1f, read %.1f %.1f %.1f, tell a role %.1f %.1f %.1f, "
           "pick %.1f %.1f %.1f; hire %.1f; start %.0f ms\n",
           many, few.write, all.write, again.write, few.read, all.read, again.read, few.tell,
           all.tell, again.tell, few.pick, all.pick, again.pick, hire, start_ms);
    /* another machine, another day: but not another order */
    ck_assert_double_lt(all.read, 5 * few.read + 50);
    ck_assert_double_lt(all.write, 5 * few.write + 50);
    ck_assert_double_lt(all.tell, 5 * few.tell + 50);
    ck_assert_double_lt(all.pick, 5 * few.pick + 50);
    rig.as = "s7";
    struct rd_value page = rig_ok(&rig, "staff.list", "{'limit': 1000}");
    ck_assert_uint_eq(t_count(page, "staff"), 1000);
}
END_TEST

START_TEST(units_load_quickly)
{
    struct rd_arena arena;
    struct rd_policy_source *sources;
    struct rd_findings findings;
    struct rd_policy *policy;
    struct rd_error error = RD_ERROR_NONE;
    size_t count;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    ck_assert_int_eq(rd_policy_read_dir(&arena, rig.policy, &sources, &count, &error), RD_OK);
    int64_t began_ns = rd_clock_mono_ns();
    ck_assert_int_eq(rd_policy_load(sources, count, NULL, &findings, &policy, &error), RD_OK);
    double took_ms = (double)(rd_clock_mono_ns() - began_ns) / 1e6;
    const struct rd_organisation *organisation = &rd_policy_model(policy)->organisation;
    printf("a policy of %zu units loads in %.0f ms\n", organisation->unit_count, took_ms);
    ck_assert_uint_eq(organisation->unit_count, PROVINCES * (CITIES + 1) + 3);
    int city = rd_unit_find(organisation, "p49c38");
    ck_assert_int_ge(city, 0);
    ck_assert_str_eq(organisation->units[organisation->units[city].under].name, "p49");
    ck_assert(rd_unit_is_below(organisation, city, rd_unit_find(organisation, "hq")));
    ck_assert(!rd_unit_is_below(organisation, city, rd_unit_find(organisation, "p48")));
    ck_assert_int_eq(rd_unit_find(organisation, "p49c39"), -1);
    ck_assert_double_lt(took_ms, 5000);
    rd_policy_free(policy);
    rd_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("staff_scale");
    TCase *tests = tcase_create("scale");
    tcase_set_timeout(tests, 280);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, no_noticeable_cost);
    tcase_add_test(tests, units_load_quickly);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
