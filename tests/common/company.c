/* A company of a test's own. See company.h. */
#include "common/company.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

#define PATH_MAX_BYTES 1024

static void company_read(const char *path, struct rd_buf *buf)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    size_t len;
    rd_buf_init(buf);
    while ((len = fread(rd_buf_reserve(buf, 4096), 1, 4096, file)) > 0)
        buf->len += len;
    fclose(file);
    rd_buf_char(buf, '\0');
}

void t_company_write(const char *dir, const char *path, const char *text)
{
    char full[PATH_MAX_BYTES];
    int len = snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_int_lt(len, (int)sizeof full);
    for (char *slash = full + strlen(dir); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ck_assert_msg(mkdir(full, 0700) == 0 || errno == EEXIST, "%s: %s", full, strerror(errno));
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    ck_assert_msg(file != NULL, "%s: %s", full, strerror(errno));
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static int company_is_rule(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".lua") == 0 &&
           !strstr(entry->d_name, "_test.lua");
}

void t_company_copy(const char *dir)
{
    static const char *const folders[] = { "rules", "rules/holidays", "scripts" };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct dirent **entries;
        int count = scandir(folders[i], &entries, company_is_rule, alphasort);
        ck_assert_int_gt(count, 0);
        for (int k = 0; k < count; k++) {
            char path[PATH_MAX_BYTES];
            struct rd_buf text;
            snprintf(path, sizeof path, "%s/%s", folders[i], entries[k]->d_name);
            company_read(path, &text);
            t_company_write(dir, path, text.data);
            rd_buf_fini(&text);
            free(entries[k]);
        }
        free(entries);
    }
}

void t_company_edit(const char *dir, const char *path, const char *from, const char *to)
{
    char full[PATH_MAX_BYTES];
    struct rd_buf text, edited;
    snprintf(full, sizeof full, "%s/%s", dir, path);
    company_read(full, &text);
    const char *at = strstr(text.data, from);
    ck_assert_msg(at != NULL && strstr(at + 1, from) == NULL, "%s: '%s' must stand there once",
                  full, from);
    rd_buf_init(&edited);
    rd_buf_append(&edited, text.data, (size_t)(at - text.data));
    rd_buf_text(&edited, to);
    rd_buf_text(&edited, at + strlen(from));
    rd_buf_char(&edited, '\0');
    t_company_write(dir, path, edited.data);
    rd_buf_fini(&edited);
    rd_buf_fini(&text);
}
