/* Policies that are signed: where a key is configured, nothing else comes into force. */
#include <stdio.h>
#include <string.h>

#include "common/company.h"
#include "kernel/signed.h"
#include "policy/policy.h"
#include "store/sign.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;
static struct rd_sign_key key, other;
static char public_key[UNIT_DIR_MAX + 32];

static void make_key(const char *name, struct rd_sign_key *out)
{
    char path[UNIT_DIR_MAX + 16];
    struct rd_error error;
    snprintf(path, sizeof path, "%s/%s", rig.dir, name);
    struct rd_sign_key made;
    ck_assert_int_eq(rd_sign_key_create(path, &made, &error), RD_OK);
    ck_assert_int_eq(rd_sign_key_read(path, out, &error), RD_OK);
}

static void sign_file(const char *text)
{
    t_company_write(rig.policy, RD_SIGNED_FILE, text);
}

/* As `redress policy sign` does. */
static void sign(const struct rd_sign_key *by)
{
    struct rd_policy_source *sources;
    size_t count;
    struct rd_error error;
    char hash[RD_POLICY_HASH_TEXT], text[RD_SIGN_TEXT_MAX];
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, rig.policy, &sources, &count, &error), RD_OK);
    rd_policy_hash(sources, count, hash);
    rd_signed_make(by, hash, text);
    sign_file(rd_arena_join(&rig.arena, text, "\n"));
}

static void setup(void)
{
    rig_make(&rig);
    make_key("key", &key);
    make_key("other", &other);
    snprintf(public_key, sizeof public_key, "%s/key.pub", rig.dir);
    rig.policy_key = public_key;
    sign(&key);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
}

static void teardown(void)
{
    rig_close(&rig);
}

static int64_t generation(void)
{
    return t_int(rig_ok(&rig, "policy.info", "{}"), "generation");
}

/* The first limit is another one. */
static void change(int hours)
{
    char to[64], from[64];
    snprintf(from, sizeof from, "after = { '%d hours', go", hours - 1);
    snprintf(to, sizeof to, "after = { '%d hours', go", hours);
    rig_edit(&rig, from, to);
}

START_TEST(only_what_is_signed_comes_into_force)
{
    change(5);
    const char *methods[] = { "policy.activate", "policy.reload" };
    for (size_t i = 0; i < 2; i++) {
        sign_file("");
        rig_no(&rig, "policy_unsigned", NULL, methods[i], "{}");
        ck_assert_ptr_nonnull(strstr(rig.error.text, "not signed"));
        sign_file("nonsense\n");
        rig_no(&rig, "policy_unsigned", NULL, methods[i], "{}");
        sign(&other);
        rig_no(&rig, "policy_unsigned", NULL, methods[i], "{}");
        ck_assert_ptr_nonnull(strstr(rig.error.text, key.name));
    }
    sign(&key);
    change(6); /* another text than was signed */
    rig_no(&rig, "policy_unsigned", NULL, "policy.activate", "{}");
    rig_no(&rig, "policy_unsigned", NULL, "policy.activate", "{'dry_run': true}");
    ck_assert_int_eq(generation(), 1);
    sign(&key);
    rig_ok(&rig, "policy.activate", "{}");
    ck_assert_int_eq(generation(), 2);
    struct rd_value list = rig_ok(&rig, "policy.list", "{}");
    ck_assert_str_eq(t_text(list, "generations.0.signed_by"), key.name);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_longer_text_is_no_signature)
{
    char line[4 * RD_SIGN_TEXT_MAX];
    memset(line, 'A', sizeof line - 1);
    line[sizeof line - 1] = 0;
    change(5);
    sign_file(line);
    rig_no(&rig, "policy_unsigned", NULL, "policy.activate", "{}");
    char text[RD_SIGN_TEXT_MAX];
    rd_signed_read(rig.policy, text);
    ck_assert_str_eq(text, "");
    rd_signed_read("/nowhere/at/all", text);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(a_start_goes_on_with_what_was_signed)
{
    change(5);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert(rig.start.policy_refused);
    ck_assert_int_eq(generation(), 1);
    rig_stop(&rig);
    sign(&key);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 2);
}
END_TEST

START_TEST(a_first_start_needs_a_signature)
{
    rig_close(&rig);
    rig_make(&rig);
    make_key("key", &key);
    snprintf(public_key, sizeof public_key, "%s/key.pub", rig.dir);
    rig.policy_key = public_key;
    ck_assert_int_eq(rig_start(&rig, false), RD_POLICY_UNSIGNED);
    rig.policy_key = "/nowhere/key.pub";
    ck_assert_int_eq(rig_start(&rig, false), RD_BAD_CONFIG);
    rig.policy_key = public_key;
    sign(&key);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
}
END_TEST

START_TEST(a_rollback_asks_for_the_signature_of_then)
{
    change(5);
    sign(&key);
    rig_ok(&rig, "policy.activate", "{}");
    sign_file(""); /* it is the one that was journalled that counts */
    rig_ok(&rig, "policy.rollback", "{'to': 1}");
    ck_assert_int_eq(generation(), 3);
    /* a generation from before the key was configured has none */
    rig_stop(&rig);
    rig.policy_key = NULL;
    change(6);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 4);
    sign(&key);
    change(7);
    rig.policy_key = public_key;
    rig_stop(&rig);
    sign(&key);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_int_eq(generation(), 5);
    rig_no(&rig, "policy_unsigned", NULL, "policy.rollback", "{'to': 4}");
    rig_ok(&rig, "policy.rollback", "{'to': 2}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_second_person_confirms_what_was_signed)
{
    t_company_edit(rig.policy, "rules/company.lua",
                   "{ { 'policy.reload', 'account.token' }, from = 'administrator' }",
                   "{ { 'policy.reload', 'policy.confirm', 'account.token' }, from = { "
                   "'administrator', 'boss' } }");
    sign(&key);
    rig_ok(&rig, "policy.activate", "{}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "adm" };
    change(5);
    rig_no(&rig, "policy_unsigned", NULL, "policy.activate", "{}");
    sign(&key);
    rig_ok(&rig, "policy.activate", "{}");
    sign_file("");
    rig.peer.account = "max";
    rig_ok(&rig, "policy.confirm", "{'proposal': 1}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    ck_assert_int_eq(generation(), 3);
    struct rd_value list = rig_ok(&rig, "policy.list", "{}");
    ck_assert_str_eq(t_text(list, "generations.0.signed_by"), key.name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_signed");
    TCase *tcase = tcase_create("signed");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, only_what_is_signed_comes_into_force);
    tcase_add_test(tcase, a_longer_text_is_no_signature);
    tcase_add_test(tcase, a_start_goes_on_with_what_was_signed);
    tcase_add_test(tcase, a_first_start_needs_a_signature);
    tcase_add_test(tcase, a_rollback_asks_for_the_signature_of_then);
    tcase_add_test(tcase, a_second_person_confirms_what_was_signed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
