/* Damage on the disk: a page of the store, a file cut short, a segment of the journal. It is found,
 * its place is said, and the command that the message names repairs it; nothing acknowledged is
 * lost by that.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault/bulk.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "unit/unit.h"

#define PAGE 4096

static char shop[UNIT_DIR_MAX], copy[UNIT_DIR_MAX + 16], backup[UNIT_DIR_MAX + 16];
static struct t_daemon *d;
static const char *data;
static struct f_random chance;

static void setup(void)
{
    unit_dir_make(shop);
    f_shop_write(shop, "300 days", "300 days", "300 days", "1 day");
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    snprintf(copy, sizeof copy, "%s/copy", d->dir);
    snprintf(backup, sizeof backup, "%s/backup", d->dir);
    f_random_init(&chance);
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(shop);
}

static int run(const char *a, const char *b, const char *dir, const char **output)
{
    return t_program(d, (const char *[]){ a, b, "--data", dir, NULL }, output);
}

static void must(const char *a, const char *b, const char *dir)
{
    const char *output;
    int code = run(a, b, dir, &output);
    ck_assert_msg(code == 0, "redress %s %s: code %d: %s", a, b, code, output);
}

static char *slurp(const char *path, size_t *len)
{
    struct stat info;
    FILE *file = fopen(path, "r");
    ck_assert_msg(file && fstat(fileno(file), &info) == 0, "%s", path);
    char *bytes = malloc((size_t)info.st_size + 1);
    *len = fread(bytes, 1, (size_t)info.st_size, file);
    fclose(file);
    return bytes;
}

static void spill(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    ck_assert(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

static void copy_dir(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;
    ck_assert(dir && mkdir(to, 0700) == 0);
    while ((entry = readdir(dir))) {
        struct rd_arena arena;
        struct stat info;
        rd_arena_init(&arena);
        const char *a = rd_arena_printf(&arena, "%s/%s", from, entry->d_name);
        const char *b = rd_arena_printf(&arena, "%s/%s", to, entry->d_name);
        bool skip = entry->d_name[0] == '.' || stat(a, &info) != 0 ||
                    strncmp(entry->d_name, "spare", 5) == 0;
        if (!skip && S_ISDIR(info.st_mode)) {
            copy_dir(a, b);
        } else if (!skip) {
            size_t len;
            char *bytes = slurp(a, &len);
            spill(b, bytes, len);
            free(bytes);
        }
        rd_arena_fini(&arena);
    }
    closedir(dir);
}

/* Damages the store's file in one of five ways; at a page of its data. */
static void damage_store(const char *dir, int way)
{
    const char *path = rd_arena_printf(&d->arena, "%s/store/data.mdb", dir);
    size_t len;
    char *bytes = slurp(path, &len);
    size_t pages = len / PAGE, page = f_below(&chance, (uint32_t)pages);
    switch (way) {
    case 0:
        memset(bytes + page * PAGE, 0, PAGE);
        break;
    case 1:
        for (int i = 0; i < PAGE; i++)
            bytes[page * PAGE + (size_t)i] = (char)f_below(&chance, 256);
        break;
    case 2:
        for (int i = 0; i < 4; i++)
            bytes[page * PAGE + f_below(&chance, PAGE)] ^= (char)(1u << f_below(&chance, 8));
        break;
    case 3:
        len = page * PAGE + f_below(&chance, 2) * 100;
        break;
    default: /* both of the pages from which LMDB begins */
        memset(bytes, 0x5a, 2 * PAGE);
        break;
    }
    spill(path, bytes, len);
    free(bytes);
}

START_TEST(test_a_damaged_store_is_found_and_made_anew)
{
    struct f_bulk bulk;
    const char *output;
    int rounds = unit_is_long() ? 200 : 10, found = 0;
    f_bulk_init(&bulk, d);
    for (int i = 0; i < 40; i++) {
        t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    }
    t_daemon_stop(d);
    must("store", "verify", data);
    for (int i = 0; i < rounds; i++) {
        copy_dir(data, copy);
        damage_store(copy, i % 5);
        int code = run("store", "verify", copy, &output);
        ck_assert_msg(code == 0 || code == 1, "round %d: code %d: %s", i, code, output);
        found += code == 1;
        if (code == 1)
            ck_assert_msg(strstr(output, "redress store rebuild"), "%s", output);
        code = run("store", "rebuild", copy, &output);
        ck_assert_msg(code == 0 || code == 1, "round %d: code %d: %s", i, code, output);
        must("store", "verify", copy);
        unit_dir_remove(copy);
    }
    ck_assert_int_ge(found, rounds / 5); /* the pages that are free may hold anything */
    damage_store(data, 4);
    (void)run("store", "rebuild", data, &output);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

/* The one file of the segment in this journal, packed or not. */
static const char *segment_file(const char *of, const char *number)
{
    static const char *const endings[] = { "zst", "seg" };
    for (int i = 0; i < 2; i++) {
        const char *path = rd_arena_printf(&d->arena, "%s/journal/%s.%s", of, number, endings[i]);
        if (access(path, R_OK) == 0)
            return path;
    }
    ck_abort_msg("%s has no segment %s", of, number);
    return NULL;
}

static int repair(const char *from, const char *more, const char **output)
{
    return t_program(
        d, (const char *[]){ "store", "repair", "--data", data, "--from", from, more, NULL },
        output);
}

/* A full segment is damaged: `audit verify` says which; `store repair` makes it anew from the
 * backup. */
START_TEST(test_a_damaged_segment_comes_back_from_the_backup)
{
    struct f_bulk bulk;
    const char *output;
    f_bulk_init(&bulk, d);
    while (bulk.note < 720) /* 34 MiB */
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    t_daemon_stop(d);
    int code = t_program(
        d, (const char *[]){ "backup", "create", backup, "--data", data, "--rate", "0", NULL },
        &output);
    ck_assert_msg(code == 0, "backup create: code %d: %s", code, output);
    t_daemon_again(d);
    ck_assert_int_ne(repair(backup, NULL, &output), 0);
    ck_assert_msg(strstr(output, "in use"), "%s", output);
    for (int i = 0; i < 10; i++) /* entries that the backup does not have */
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    t_daemon_stop(d);
    const char *damaged = segment_file(data, "00000001");
    size_t len;
    char *bytes = slurp(damaged, &len);
    bytes[len / 3] ^= 0x10;
    spill(damaged, bytes, len);
    free(bytes);
    code = run("audit", "verify", data, &output);
    ck_assert_msg(code == 1 && strstr(output, "00000001."), "code %d: %s", code, output);
    ck_assert_int_eq(repair(backup, "--look", &output), 1); /* as docs/operations.md has it */
    ck_assert_msg(strstr(output, "00000001") && strstr(output, "nothing was changed"), "%s",
                  output);
    ck_assert_int_eq(run("store", "repair", data, &output), 1);
    ck_assert_msg(strstr(output, "name a backup or a standby with --from"), "%s", output);
    ck_assert_msg(repair(backup, NULL, &output) == 0, "%s", output);
    ck_assert_msg(strstr(output, "00000001") && strstr(output, "store    equal"), "%s", output);
    ck_assert_int_eq(
        access(rd_arena_printf(&d->arena, "%s/damaged/%s", data, strrchr(damaged, '/') + 1), F_OK),
        0);
    damage_store(data, 4); /* pages as well, which the journal alone repairs */
    ck_assert_msg(run("store", "repair", data, &output) == 0, "%s", output);
    ck_assert_msg(strstr(output, "was unreadable, made anew"), "%s", output);
    ck_assert_int_eq(repair(data, NULL, &output), 2);
    ck_assert_int_eq(repair(shop, NULL, &output), 5);
    must("audit", "verify", data);
    must("store", "verify", data);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("repair");
    TCase *tcase = tcase_create("repair");
    tcase_set_timeout(tcase, unit_is_long() ? 1200 : 280);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_damaged_store_is_found_and_made_anew);
    tcase_add_test(tcase, test_a_damaged_segment_comes_back_from_the_backup);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
