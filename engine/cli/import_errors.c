/* The file of what an import could not use, for people to mend and bring in again: line, key, name,
 * reason.
 *
 * It is opened before anything is read, so that a place where one may not write is found out in
 * time, and it goes again where nothing was wrong: a file that is there has something to say.
 */
#include "cli/import.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csv.h"

enum rd_status rd_import_errors_open(struct rd_import_errors *errors, const char *path,
                                     const char *source, struct rd_error *error)
{
    struct stat here;
    struct stat there;
    *errors = (struct rd_import_errors){ .path = path };
    if (stat(path, &here) == 0 && stat(source, &there) == 0 && here.st_dev == there.st_dev &&
        here.st_ino == there.st_ino)
        return rd_error_set(error, RD_USAGE, "--errors would write over the source, %s", source);
    errors->to = fopen(path, "w");
    if (!errors->to)
        return rd_error_errno(error, RD_IO, errno, "can't write %s", path);
    fputs("line,key,name,reason\n", errors->to);
    return RD_OK;
}

void rd_import_errors_add(struct rd_import_errors *errors, uint64_t line, const char *key,
                          const char *name, const char *reason)
{
    struct rd_buf row;
    rd_buf_init(&row);
    rd_buf_printf(&row, "%llu,", (unsigned long long)line);
    rd_csv_write(&row, key);
    rd_buf_char(&row, ',');
    rd_csv_write(&row, name);
    rd_buf_char(&row, ',');
    rd_csv_write(&row, reason);
    rd_buf_char(&row, '\n');
    fwrite(row.data, 1, row.len, errors->to); /* a failure stays in the stream, for close */
    rd_buf_fini(&row);
    errors->count++;
}

enum rd_status rd_import_errors_close(struct rd_import_errors *errors, struct rd_error *error)
{
    if (!errors->to)
        return RD_OK;
    bool whole = fflush(errors->to) == 0 && !ferror(errors->to);
    whole = fclose(errors->to) == 0 && whole;
    errors->to = NULL;
    if (errors->count == 0) {
        struct stat is;
        if (lstat(errors->path, &is) == 0 && S_ISREG(is.st_mode)) /* not /dev/null */
            (void)unlink(errors->path);
        return RD_OK;
    }
    return whole ? RD_OK
                 : rd_error_errno(error, RD_IO, errno, "can't write all of %s", errors->path);
}
