/* Which version of the zone data lies in a directory.
 *
 * The zone files themselves do not say it. The lists beside them do: tzdata.zi in its first line
 * ("# version 2026a"), +VERSION as a whole, where a system has one of them. Nothing else is read.
 */
#include "domain/zone_version.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define VERSION_LINE_BYTES_MAX 64

/* The first line of a file, without its end; empty where there is none. */
static void version_line(const char *path, char out[VERSION_LINE_BYTES_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, out, VERSION_LINE_BYTES_MAX - 1) : 0;

    if (fd >= 0)
        close(fd);
    out[len > 0 ? len : 0] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
}

/* Letters, digits and a few marks: this goes into journals and onto screens. */
static bool version_sound(const char *text)
{
    return text[0] != '\0' && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                           "0123456789.+~-_") == strlen(text);
}

const char *rd_zone_version_of(const char *directory, struct rd_arena *arena)
{
    static const char intro[] = "# version ";
    char line[VERSION_LINE_BYTES_MAX];

    version_line(rd_arena_printf(arena, "%s/tzdata.zi", directory), line);
    if (strncmp(line, intro, sizeof(intro) - 1) == 0 && version_sound(line + sizeof(intro) - 1))
        return rd_arena_printf(arena, "%s", line + sizeof(intro) - 1);
    version_line(rd_arena_printf(arena, "%s/+VERSION", directory), line);
    return version_sound(line) ? rd_arena_printf(arena, "%s", line) : "unknown";
}
