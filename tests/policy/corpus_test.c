/* The corpus of hostile policies (common/corpus.h): each attack ends as its file says, twice, and
 * what it took is given back. None is read as allow unless its file says that it is harmless.
 */
#include "policy/rig.h"

#include "base/text.h"
#include "common/corpus.h"

/* Of them, at least so many were published elsewhere. */
#define PUBLISHED_MIN 80

static struct attack_file attacks[CORPUS_MAX];
static size_t attack_count;
static struct rig rig;
static struct rd_value result;

static void teardown(void)
{
    rig_end(&rig);
}

/* Whether the text has one of the outcome's texts ("a|b") in it. */
static bool outcome_fits(const char *outcome, const char *text)
{
    for (const char *at = outcome;; at++) {
        char one[256];
        size_t len = strcspn(at, "|");
        snprintf(one, sizeof(one), "%.*s", (int)len, at);
        if (strstr(text, one))
            return true;
        at += len;
        if (*at == '\0')
            return false;
    }
}

/* A status and a sentence against "WORD TEXT". */
static void attack_expect(const struct attack_file *attack, bool refused, const char *text)
{
    const char *outcome = attack->outcome;
    size_t word = strcspn(outcome, " ");
    if (strncmp(outcome, "answer", word) == 0) {
        ck_assert_msg(!refused, "%s: refused: %s", attack->name, text);
        ck_assert_msg(strcmp(outcome + word + 1, text) == 0, "%s: %s", attack->name, text);
        return;
    }
    ck_assert_msg(refused, "%s: went through: %s", attack->name, text);
    ck_assert_msg(*text != '\0', "%s: without a word", attack->name);
    ck_assert_msg(!strstr(text, "0x"), "%s: shows an address: %s", attack->name, text);
    bool timed = strstr(text, "takes longer than it may") != NULL; /* a slow machine */
    if (outcome[word] == ' ' && !timed)
        ck_assert_msg(outcome_fits(outcome + word + 1, text), "%s: %s", attack->name, text);
}

static void attack_call(const struct attack_file *attack)
{
    size_t before = rd_policy_heap_bytes(rig.policy);
    for (int i = 0; i < 2; i++) {
        enum rd_status status = rig_call(&rig, "{\"a\":1,\"list\":[3,1,2],\"id\":\"t1\"}", &result);
        bool refused = status != RD_OK;
        ck_assert_msg(!refused || status == RD_POLICY_FAULT, "%s: %s", attack->name,
                      rd_status_name(status));
        attack_expect(attack, refused, refused ? rig.error.text : rig_json(&rig, &result));
        ck_assert(rd_text_is_utf8(rig.error.text, strlen(rig.error.text)));
    }
    for (int i = 0; i < 200; i++)
        rd_policy_collect(rig.policy);
    ck_assert_uint_le(rd_policy_heap_bytes(rig.policy), before + 256 * 1024);
}

/* What is found while loading: by the file alone, or by what a function of it keeps. */
static void attack_load(const struct attack_file *attack)
{
    static char text[160 * 1024];
    bool bytecode = strcmp(attack->place, "bytecode") == 0;
    snprintf(text, sizeof(text), "%s%s", bytecode ? "\x1bLua" : "", attack->text);
    rig_load(&rig, false, "scripts/x.lua", text);
    const char *findings = rig_findings(&rig);
    attack_expect(attack, rig.status != RD_OK, *findings ? findings : rig.error.text);
}

START_TEST(attack_ends_as_it_must)
{
    const struct attack_file *attack = &attacks[_i];
    bool function = strcmp(attack->place, "function") == 0;
    if (!corpus_is_body(attack) && !function) {
        attack_load(attack);
        return;
    }
    if (function)
        rig_function_load(&rig, attack->before, "guard", attack->text);
    else
        rig_function_load(&rig, "", attack->place, attack->text);
    if (rig.status == RD_OK)
        attack_call(attack);
    else
        attack_expect(attack, true, rig_findings(&rig));
}
END_TEST

START_TEST(there_are_enough)
{
    size_t published = 0;
    for (size_t i = 0; i < attack_count; i++)
        published += strncmp(attacks[i].source, "http", 4) == 0;
    ck_assert_uint_ge(published, PUBLISHED_MIN);
}
END_TEST

int main(void)
{
    attack_count = corpus_read(attacks);
    Suite *suite = suite_create("the corpus of hostile policies");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, attack_ends_as_it_must, 0, (int)attack_count);
    tcase_add_test(tcase, there_are_enough);
    suite_add_tcase(suite, tcase);
    int failed = unit_run(suite);
    corpus_free(attacks, attack_count);
    return failed;
}
