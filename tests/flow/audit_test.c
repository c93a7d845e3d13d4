/* The audit as an outsider meets it: keys, checkpoints and exports, made beside a running daemon,
 * checked without its directory; whatever is changed in them is found. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/t.h"

static struct t_daemon *d;
static const char *output; /* of the last program */

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* A path in the daemon's directory. */
static const char *in_dir(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static void work(int count)
{
    for (int i = 0; i < count; i++)
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li %d'}}", i);
}

/* Runs `redress audit ...`, whose words end with NULL; its exit code. */
static int audit(const char *const *words)
{
    const char *args[16] = { "audit" };
    size_t count = 1;
    for (; *words; words++)
        args[count++] = *words;
    args[count] = NULL;
    return t_program(d, args, &output);
}

static void passes(const char *want, const char *const *words)
{
    int code = audit(words);
    ck_assert_msg(code == 0 && strstr(output, want), "code %d: %s", code, output);
}

static void fails(const char *want, const char *const *words)
{
    int code = audit(words);
    ck_assert_msg(code == 1 && strstr(output, want), "code %d, without '%s': %s", code, want,
                  output);
}

#define AUDIT(...) audit((const char *const[]){ __VA_ARGS__, NULL })
#define PASSES(want, ...) passes((want), (const char *const[]){ __VA_ARGS__, NULL })
#define FAILS(want, ...) fails((want), (const char *const[]){ __VA_ARGS__, NULL })

static char *load(const char *path, size_t *len)
{
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    char *bytes = malloc(1 << 22);
    *len = fread(bytes, 1, 1 << 22, file);
    ck_assert_uint_lt(*len, 1 << 22);
    fclose(file);
    return bytes;
}

static void store(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "we");
    ck_assert(file != NULL && fwrite(bytes, 1, len, file) == len);
    fclose(file);
}

static void make_key(const char *name)
{
    PASSES("give it to whoever is to verify", "key", in_dir(name));
}

START_TEST(keys_are_made_once_and_kept_from_others)
{
    const char *key = in_dir("k"), *data = in_dir("data");
    struct stat stat_of;
    make_key("k");
    ck_assert_int_eq(stat(key, &stat_of), 0);
    ck_assert_int_eq(stat_of.st_mode & 0777, 0600);
    ck_assert_int_ne(AUDIT("key", key), 0); /* never written over */
    ck_assert_int_ne(AUDIT("checkpoint", "--data", data), 0);
    ck_assert_ptr_nonnull(strstr(output, "--key"));
    ck_assert_int_ne(AUDIT("checkpoint", "--data", data, "--key", in_dir("k.pub")), 0);
    ck_assert_ptr_nonnull(strstr(output, "can't sign"));
    ck_assert_int_ne(AUDIT("checkpoint", "--data", data, "--key", in_dir("log")), 0);
    ck_assert_ptr_nonnull(strstr(output, "no Ed25519 key"));
    ck_assert_int_eq(chmod(key, 0644), 0);
    ck_assert_int_ne(AUDIT("checkpoint", "--data", data, "--key", key), 0);
    ck_assert_ptr_nonnull(strstr(output, "others may read the key"));
}
END_TEST

START_TEST(checkpoints_hold_and_tell_what_was_done_to_them)
{
    const char *key = in_dir("k"), *pub = in_dir("k.pub"), *data = in_dir("data");
    const char *kept = in_dir("kept");
    make_key("k");
    make_key("other");
    for (int i = 0; i < 3; i++) {
        work(3);
        PASSES("redress-checkpoint-v1", "checkpoint", "--data", data, "--key", key);
    }
    PASSES("checkpoints  3, their signatures hold", "verify", "--data", data, "--public-key", pub);
    FAILS("line 1: it is signed by the key", "verify", "--data", data, "--public-key",
          in_dir("other.pub"));
    size_t len;
    char *lines = load(in_dir("data/audit/checkpoints"), &len);
    store(kept, lines, len);
    PASSES("signatures hold", "check", kept, "--public-key", pub);
    for (size_t at = 0; at < len; at += 7) { /* any letter changed, anywhere */
        lines[at] ^= 1;
        store(kept, lines, len);
        ck_assert_msg(AUDIT("check", kept, "--public-key", pub) == 1, "at %zu: %s", at, output);
        lines[at] ^= 1;
    }
    const char *second = strchr(lines, '\n') + 1;
    store(kept, second, len - (size_t)(second - lines)); /* the first taken away */
    FAILS("line 1: it is not the next", "check", kept, "--public-key", pub);
    store(kept, lines, len - 4);
    FAILS("line 3 is not finished", "check", kept, "--public-key", pub);
    free(lines);
}
END_TEST

/* A directory that another journal was put into: the outsider's copy knows. */
START_TEST(an_outsiders_checkpoint_finds_another_journal)
{
    const char *key = in_dir("k"), *pub = in_dir("k.pub"), *data = in_dir("data");
    const char *kept = in_dir("kept"), *back = in_dir("backup"), *turned = in_dir("turned");
    make_key("k");
    work(4);
    t_call(d, "backup.create", "{'to': '%s'}", back);
    work(4);
    PASSES("v1 1 ", "checkpoint", "--data", data, "--key", key);
    size_t len;
    char *lines = load(in_dir("data/audit/checkpoints"), &len);
    store(kept, lines, len);
    free(lines);
    ck_assert_int_eq(
        t_program(d, (const char *[]){ "backup", "restore", back, turned, NULL }, &output), 0);
    PASSES("the chain holds", "verify", "--data", turned); /* by itself */
    FAILS("the journal ends here; checkpoint 1 knows entry", "verify", "--data", turned,
          "--checkpoints", kept, "--public-key", pub);
}
END_TEST

START_TEST(exports_prove_themselves_and_tell_every_change)
{
    const char *key = in_dir("k"), *pub = in_dir("k.pub"), *data = in_dir("data");
    const char *file = in_dir("export"), *copy = in_dir("copy");
    make_key("k");
    make_key("other");
    work(6);
    PASSES("v1 1 ", "checkpoint", "--data", data, "--key", key);
    work(2);
    PASSES("signed", "export", file, "--data", data, "--from-entry", "3", "--key", key);
    ck_assert_int_ne(AUDIT("export", file, "--data", data), 0); /* not over another */
    PASSES("the export and its signature hold", "check", file, "--public-key", pub);
    PASSES("a signature was not looked at", "check", file);
    ck_assert_int_eq(AUDIT("check", file, "--public-key", in_dir("other.pub")), 1);
    size_t len;
    char *bytes = load(file, &len);
    ck_assert_ptr_null(strstr(bytes, "Li 5")); /* what is personal is closed to who has no keys */
    ck_assert_ptr_nonnull(strstr(bytes, "[sealed]"));
    ck_assert_ptr_nonnull(strstr(bytes, "{\"checkpoint\":"));
    size_t step = len / 150 + 1;
    for (size_t at = 3; at < len; at += step) {
        bytes[at] ^= 2;
        store(copy, bytes, len);
        ck_assert_msg(AUDIT("check", copy, "--public-key", pub) == 1, "at %zu: %s", at, output);
        bytes[at] ^= 2;
    }
    char *last = bytes + len - 1;
    while (last > bytes && last[-1] != '\n')
        last--;
    store(copy, bytes, (size_t)(last - bytes)); /* the end cut off */
    FAILS("the end is missing", "check", copy);
    PASSES("entries  1 to 5", "export", in_dir("plain"), "--data", data, "--to-entry", "5");
    FAILS("it is not signed", "check", in_dir("plain"), "--public-key", pub);
    ck_assert_int_ne(AUDIT("export", in_dir("none"), "--data", data, "--from-entry", "999999"), 0);
    ck_assert_int_ne(access(in_dir("none"), F_OK), 0); /* nothing stays behind */
    ck_assert_int_ne(
        AUDIT("export", in_dir("none"), "--data", data, "--from-entry", "5", "--to-entry", "4"), 0);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tests = tcase_create("audit");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, T_TIMEOUT_S);
    tcase_add_test(tests, keys_are_made_once_and_kept_from_others);
    tcase_add_test(tests, checkpoints_hold_and_tell_what_was_done_to_them);
    tcase_add_test(tests, an_outsiders_checkpoint_finds_another_journal);
    tcase_add_test(tests, exports_prove_themselves_and_tell_every_change);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
