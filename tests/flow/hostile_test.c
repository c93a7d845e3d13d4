/* The corpus of hostile policies, active in a daemon: each attack is refused, changes nothing and
 * is told; others are answered meanwhile, whatever the attack does. How long they waited is
 * printed, not judged: it is the machine's as well.
 */
#include "common/t.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "common/company.h"
#include "common/corpus.h"
#include "policy/rig.h"
#include "unit/unit.h"

#define WAITS_MAX 100000

static struct attack_file attacks[CORPUS_MAX];
static size_t attack_count;
static char company[UNIT_DIR_MAX];
static struct t_daemon *d;
static struct rig rig;
static int64_t waits_ns[WAITS_MAX];
static size_t wait_count;

/* Keeps the attacks that are the body of a function and can be active: what loading finds never
 * gets here. */
static void keep_active(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < attack_count; i++) {
        bool active = corpus_is_body(&attacks[i]);
        if (active) {
            rig_function_load(&rig, "", attacks[i].place, attacks[i].text);
            active = rig.status == RD_OK;
            rig_end(&rig);
            memset(&rig, 0, sizeof(rig));
        }
        if (active) {
            struct attack_file one = attacks[kept];
            attacks[kept++] = attacks[i];
            attacks[i] = one;
        }
    }
    corpus_free(attacks + kept, attack_count - kept);
    attack_count = kept;
}

static const char COMPANY[] =
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  calendar 'hotline' { always = true },\n"
    "  organisation { roles = { 'staff' }, units = { 'hq' },\n"
    "    accounts = { { 'ben', unit = 'hq', roles = { 'staff' } } } },\n"
    "  record 'note' { fields = { subject = text } },\n"
    "  record 'ticket' { fields = { subject = text, amount = money, a = integer,\n"
    "    tags = list_of(text), list = list_of(text) } },\n";

static void write_events(struct rd_buf *text, const char *kind, bool rows)
{
    for (size_t i = 0; i < attack_count; i++) {
        bool guard = strcmp(attacks[i].place, "guard") == 0;
        if (rows && guard)
            rd_buf_printf(text, "    e_%zu = { { go = 'b', when = 'x_%zu' }, {} },\n", i, i);
        else if (rows)
            rd_buf_printf(text, "    e_%zu = { go = 'b', run = 'x_%zu' },\n", i, i);
        else if (strcmp(attacks[i].place, kind) == 0)
            rd_buf_printf(text, "  x_%zu = function(f)\n%s\nend,\n", i, attacks[i].text);
    }
}

static void write_company(void)
{
    struct rd_buf rules, scripts;
    rd_buf_init(&rules);
    rd_buf_init(&scripts);
    rd_buf_printf(&rules, "return {\n%s  authority {\n    { { 'ticket.open', 'note.create',\n",
                  COMPANY);
    for (size_t i = 0; i < attack_count; i++)
        rd_buf_printf(&rules, "      'ticket.e_%zu',\n", i);
    rd_buf_text(&rules, "    }, from = 'staff' },\n"
                        "    { { 'ticket.read', 'note.read' }, from = 'staff' } } }\n");
    rd_buf_text(&scripts, "return workflow 'ticket' { version = 1, initial = 'a',\n"
                          "  open = { event = 'open' },\n  states = { a = { on = {\n");
    write_events(&scripts, NULL, true);
    rd_buf_text(&scripts, "  }, after = { '1 day', go = 'b' } }, b = { final = true } },\n"
                          "  guards = {\n");
    write_events(&scripts, "guard", false);
    rd_buf_text(&scripts, "  },\n  actions = {\n");
    write_events(&scripts, "action", false);
    rd_buf_text(&scripts, "  } }\n");
    rd_buf_append(&rules, "", 1);
    rd_buf_append(&scripts, "", 1);
    t_company_write(company, "rules/company.lua", rules.data);
    t_company_write(company, "scripts/ticket.lua", scripts.data);
    rd_buf_fini(&rules);
    rd_buf_fini(&scripts);
}

static void setup(void)
{
    attack_count = corpus_read(attacks);
    keep_active();
    unit_dir_make(company);
    write_company();
    d = t_daemon_start(&(struct t_options){ .policy = company });
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(company);
    corpus_free(attacks, attack_count);
}

/* Others work while the attacker waits for his answer; and once afterwards. */
static void work_meanwhile(struct rd_client *attacker)
{
    struct pollfd one = { .fd = rd_client_fd(attacker), .events = POLLIN };
    do {
        int64_t sent_ns = rd_clock_mono_ns();
        t_call(d, "record.create", "{'as': 'ben', 'type': 'note', 'data': {'subject': 'x'}}");
        if (wait_count < WAITS_MAX)
            waits_ns[wait_count++] = rd_clock_mono_ns() - sent_ns;
    } while (poll(&one, 1, 0) != 1);
}

/* Sends the attack, works meanwhile, and expects it refused for the rule's fault. */
static bool attack(struct rd_client *attacker, size_t i, const char *id)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value result;
    int64_t request;
    char event[32];
    snprintf(event, sizeof(event), "e_%zu", i);
    struct rd_value params = t_json(d, "{'as': 'ben', 'id': '%s', 'event': '%s'}", id, event);
    rd_client_send(attacker, "case.act", &params);
    ck_assert_int_eq(rd_client_flush(attacker, &error), RD_OK);
    work_meanwhile(attacker);
    enum rd_status status = rd_client_receive(attacker, &d->arena, &request, &result, &error);
    if (strncmp(attacks[i].outcome, "answer", 6) == 0)
        return false;
    ck_assert_msg(status == RD_POLICY_FAULT, "%s: %s %s", attacks[i].name, rd_status_name(status),
                  error.text);
    ck_assert_msg(strncmp(error.text, "scripts/ticket.lua:", 19) == 0, "%s: %s", attacks[i].name,
                  error.text);
    ck_assert(rd_text_is_utf8(error.text, strlen(error.text)));
    return true;
}

static int by_length(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static void tell_waits(size_t refused)
{
    qsort(waits_ns, wait_count, sizeof(*waits_ns), by_length);
    printf("%zu attacks refused; others: %zu commands, p50 %lld us, p99 %lld us, longest %lld us\n",
           refused, wait_count, (long long)waits_ns[wait_count / 2] / 1000,
           (long long)waits_ns[wait_count * 99 / 100] / 1000,
           (long long)waits_ns[wait_count - 1] / 1000);
}

static void expect_clean_log(void)
{
    const char *log = t_daemon_log(d);
    ck_assert(rd_text_is_utf8(log, strlen(log)));
    ck_assert_ptr_null(strchr(log, 0x1b));
}

START_TEST(test_attacks_are_refused_and_others_served)
{
    struct rd_client *attacker = t_connect(d, NULL);
    size_t refused = 0;
    for (size_t i = 0; i < attack_count; i++) {
        struct rd_value ticket = t_call(d, "case.open",
                                        "{'as': 'ben', 'type': 'ticket', 'data': {'a': 1,"
                                        " 'list': ['3', '1', '2']}}");
        const char *id = t_text(ticket, "id");
        if (!attack(attacker, i, id))
            continue;
        refused++;
        struct rd_value after = t_call(d, "case.get", "{'as': 'ben', 'id': '%s'}", id);
        ck_assert_msg(strcmp(t_text(after, "state"), "a") == 0, "%s went through", attacks[i].name);
        ck_assert_int_eq(t_int(after, "version"), 1);
    }
    ck_assert_uint_ge(refused, 80);
    ck_assert_uint_ge(wait_count, refused);
    ck_assert_int_eq(t_int(t_call(d, "server.info", "{}"), "policy_faults"), (int64_t)refused);
    tell_waits(refused);
    expect_clean_log();
    rd_client_close(attacker);
    /* and the refusals that were written down are read again */
    t_daemon_kill(d);
    t_daemon_again(d);
    t_call(d, "record.create", "{'as': 'ben', 'type': 'note', 'data': {'subject': 'x'}}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile policies in a daemon");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 3 * T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_attacks_are_refused_and_others_served);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
