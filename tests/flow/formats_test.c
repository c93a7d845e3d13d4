/* What earlier versions left on the disk (tests/samples): the program of today opens it, says of
 * every record what was said then, goes on writing, and proves all of it. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/json.h"
#include "cli/dirs.h"
#include "common/t.h"

#define SAMPLES "tests/samples"
#define BLOCK 4096u

static const char *const samples[] = { "store1-a", "store1-b", "store2-a", "store2-b", "store3-a",
                                       "store3-b", "store3-c", "store3-d", "store4-a" };
#define SAMPLE_COUNT ((int)(sizeof samples / sizeof *samples))
#define BACKUPS_FROM 5 /* the samples from here on have a backup beside them */

static struct t_daemon *d;
static const char *data;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .policy = SAMPLES "/policy" });
    data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    t_daemon_stop(d);
    rd_dirs_remove(data);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static char *slurp(const char *path, size_t *len)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0 && fstat(fd, &info) == 0, "%s", path);
    char *bytes = malloc((size_t)info.st_size + 1);
    ck_assert(bytes && read(fd, bytes, (size_t)info.st_size) == info.st_size);
    close(fd);
    *len = (size_t)info.st_size;
    bytes[*len] = '\0';
    return bytes;
}

/* Most of a segment is zeros: they become holes. */
static void spill(const char *path, const char *bytes, size_t len)
{
    static const char zeros[BLOCK];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_msg(fd >= 0 && ftruncate(fd, (off_t)len) == 0, "%s", path);
    for (size_t at = 0; at < len; at += BLOCK) {
        size_t part = len - at < BLOCK ? len - at : BLOCK;
        if (memcmp(bytes + at, zeros, part) != 0)
            ck_assert_int_eq(pwrite(fd, bytes + at, part, (off_t)at), (ssize_t)part);
    }
    close(fd);
}

static void unpack_file(const char *from, const char *to)
{
    size_t len;
    char *packed = slurp(from, &len);
    unsigned long long room = ZSTD_getFrameContentSize(packed, len);
    ck_assert_msg(room < 1u << 30, "%s", from);
    char *bytes = malloc(room + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_eq(ZSTD_decompress(bytes, room, packed, len), room);
    spill(to, bytes, room);
    free(bytes);
    free(packed);
}

/* All of DIR, its files without their ".z". */
static void unpack(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;
    ck_assert_msg(dir && mkdir(to, 0700) == 0, "%s", from);
    while ((entry = readdir(dir))) {
        const char *a = rd_arena_printf(&d->arena, "%s/%s", from, entry->d_name);
        size_t len = strlen(entry->d_name);
        struct stat info;
        if (entry->d_name[0] == '.' || stat(a, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            unpack(a, rd_arena_printf(&d->arena, "%s/%s", to, entry->d_name));
        else if (len > 2 && strcmp(entry->d_name + len - 2, ".z") == 0)
            unpack_file(a, rd_arena_printf(&d->arena, "%s/%.*s", to, (int)len - 2, entry->d_name));
    }
    closedir(dir);
}

static const char *in_sample(int i, const char *name)
{
    return rd_arena_printf(&d->arena, SAMPLES "/%s/%s", samples[i], name);
}

static const char *must(const char *a, const char *b, const char *dir)
{
    const char *output;
    int code = t_program(d, (const char *[]){ a, b, "--data", dir, NULL }, &output);
    ck_assert_msg(code == 0, "redress %s %s: code %d: %s", a, b, code, output);
    return output;
}

static struct rd_value parsed(const char *text, size_t len)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(rd_json_parse(&d->arena, text, len, 32, &value, &error) == RD_OK, "%s",
                  error.text);
    return value;
}

/* What the program of then said of a record, it is. */
static void same_record(const struct rd_value *told)
{
    static const char *const SAME[] = { "number", "type",       "state",     "version",
                                        "data",   "escalation", "opened_at", "opened_by" };
    const char *id = rd_map_text(told, "id", "");
    struct rd_value is = t_call(d, "case.get", "{'id': '%s', 'as': 'max'}", id);
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        const struct rd_value *a = rd_map_get(told, SAME[i]), *b = rd_map_get(&is, SAME[i]);
        ck_assert_msg(a && b && rd_value_equal(a, b), "%s of %s: %s", SAME[i], id, t_show(is));
    }
}

static void same_records(int i)
{
    size_t len, count = 0;
    char *text = slurp(in_sample(i, "told.json"), &len);
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, count++) {
        struct rd_value told = parsed(line, (size_t)(end - line));
        same_record(&told);
    }
    free(text);
    ck_assert_uint_eq(count, 9);
}

/* The whole chain as it was signed off then, by the program of today. */
static void same_journal(int i)
{
    size_t len;
    char *text = slurp(in_sample(i, "audit.json"), &len);
    struct rd_value told = parsed(text, len);
    const char *output = must("audit", "verify", data);
    ck_assert_msg(strstr(output, rd_map_text(&told, "hash", "?")), "%s", output);
    free(text);
}

/* Old cases go on, new ones come behind the last. */
static void goes_on(void)
{
    int64_t before = t_int(t_call(d, "server.info", "{}"), "seq");
    t_call(d, "case.act", "{'id': '2-2', 'event': 'resume', 'as': 'ben'}");
    t_call(d, "case.act", "{'id': '2-3', 'event': 'done', 'as': 'ben'}");
    struct rd_value fresh =
        t_call(d, "case.open",
               "{'type': 'job', 'data': {'subject': 'New', 'person': '1-1'}, 'as': 'ben'}");
    ck_assert_str_eq(t_text(fresh, "number"), "J-2026-008");
    t_refused(d, "already_exists", "record.create",
              "{'type': 'person', 'data': {'name': 'X', 'phone': '13800001'}, 'as': 'ann'}");
    t_call(d, "clock.advance", "{'by': '20 days'}"); /* what was planned then rings */
    ck_assert_int_gt(t_int(t_call(d, "server.info", "{}"), "seq"), before + 10);
    struct rd_value late = t_call(d, "case.get", "{'id': '2-1', 'as': 'max'}");
    ck_assert_int_gt(t_int(late, "escalation"), 0);
    struct rd_value history = t_call(d, "case.history", "{'id': '2-1', 'as': 'max'}");
    static const char *const DONE[] = { "job.open", "job.work", "job.split", "job.remind" };
    for (uint32_t i = 0; i < sizeof DONE / sizeof *DONE; i++)
        ck_assert_str_eq(rd_map_text(&rd_map_list(&history, "entries")->items[i], "command", ""),
                         DONE[i]);
}

START_TEST(it_is_opened_held_against_what_was_told_and_goes_on)
{
    const char *output, *name = samples[_i];
    unpack(rd_arena_printf(&d->arena, SAMPLES "/%s", name), data);
    same_journal(_i);
    output = must("store", "verify", data); /* an older store is made anew by the way */
    ck_assert_msg(!strstr(output, "different"), "%s: %s", name, output);
    rd_dirs_remove(data);
    unpack(rd_arena_printf(&d->arena, SAMPLES "/%s", name), data);
    t_daemon_again(d);
    bool older = name[5] < '5';
    ck_assert_msg(!older || strstr(t_daemon_log(d), "of an earlier version"), "%s: %s", name,
                  t_daemon_log(d));
    same_records(_i);
    goes_on();
    t_daemon_kill(d);
    t_daemon_again(d);
    t_daemon_stop(d);
    must("store", "verify", data);
    output = must("store", "rebuild", data);
    ck_assert_msg(strstr(output, "contents are equal"), "%s: %s", name, output);
    must("audit", "verify", data);
    const char *backup = rd_arena_printf(&d->arena, "%s/b", d->dir);
    int code =
        t_program(d, (const char *[]){ "backup", "create", backup, "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "%s: %s", name, output);
}
END_TEST

/* A program of today makes a data directory of a backup of then. */
START_TEST(a_backup_of_then_is_restored)
{
    const char *output, *backup = rd_arena_printf(&d->arena, "%s/b", d->dir);
    unpack(in_sample(_i, "backup"), backup);
    int code = t_program(d, (const char *[]){ "backup", "verify", backup, NULL }, &output);
    ck_assert_msg(code == 0, "%s", output);
    code = t_program(d, (const char *[]){ "backup", "restore", backup, data, NULL }, &output);
    ck_assert_msg(code == 0, "%s", output);
    same_journal(_i);
    t_daemon_again(d);
    same_records(_i);
    goes_on();
}
END_TEST

/* One that is to come is left as it is, and said so. */
START_TEST(a_later_format_is_refused_and_not_touched)
{
    const char *output, *store = rd_arena_printf(&d->arena, "%s/store/data.mdb", data);
    size_t len, again;
    unpack(rd_arena_printf(&d->arena, SAMPLES "/%s", samples[SAMPLE_COUNT - 1]), data);
    char *bytes = slurp(store, &len), *after;
    size_t found = 0;
    for (size_t at = 0; at + 9 < len; at++) /* the row in its page: the key, then its one byte */
        if (memcmp(bytes + at, "storefmt", 8) == 0) {
            bytes[at + 8] = 99;
            found++;
        }
    ck_assert_uint_gt(found, 0);
    unlink(store);
    spill(store, bytes, len);
    int code = t_program(d,
                         (const char *[]){ "serve", "--data", data, "--listen",
                                           rd_arena_printf(&d->arena, "unix:%s/s2", d->dir), NULL },
                         &output);
    ck_assert_int_eq(code, 2);
    ck_assert_msg(strstr(output, "has format 99"), "%s", output);
    after = slurp(store, &again);
    ck_assert_uint_eq(again, len);
    ck_assert_int_eq(memcmp(bytes, after, len), 0);
    free(after);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("formats");
    TCase *tests = tcase_create("formats");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, T_TIMEOUT_S);
    tcase_add_loop_test(tests, it_is_opened_held_against_what_was_told_and_goes_on, 0,
                        SAMPLE_COUNT);
    tcase_add_loop_test(tests, a_backup_of_then_is_restored, BACKUPS_FROM, SAMPLE_COUNT);
    tcase_add_test(tests, a_later_format_is_refused_and_not_touched);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
