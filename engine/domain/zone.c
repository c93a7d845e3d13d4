/* Time zones: what the clock on the wall says at an instant, and back.
 *
 * A zone file (TZif, RFC 9636) lists the changes of the offset, and its last line is a rule for all
 * years after them. Opening a zone works the rule out for 403 years, so that there is one ascending
 * table and a look-up is one binary search without any arithmetic of dates. The Gregorian calendar,
 * weekdays included, repeats every 400 years: a later time is looked up at its counterpart inside
 * of the table.
 *
 *    at_s[0]   at_s[1]        at_s[n-1]       cycle_from ........... cycle_end
 *  ──┼─────────┼─ ... ────────┼── rule, year by year ─────────────────────┼──▶ as 400 years before
 *   offset_s[0] [1]            [n]
 *
 * Going back, `reached_s` holds the local time from which on a change counts: the later of the two
 * readings of the clock at the change. Below it the offset before is used: that moves a time in a
 * gap forward, and takes the first of a doubled one.
 *
 * A zone is never written to after it was opened. It must never read anything but the files below
 * the zone directory.
 */
#include "domain/zone.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/zone_rule.h"
#include "domain/zone_version.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define ZONE_NAME_BYTES_MAX 64
#define ZONE_SIBLINGS_MAX 1024
#define ZONE_HEADER_BYTES 44
#define ZONE_TYPE_BYTES 6
#define ZONE_OFFSET_MAX_S (26 * 3600)
#define ZONE_DAY_S 86400
#define ZONE_CYCLE_S (146097LL * ZONE_DAY_S)
/* The year from which a rule is worked out where it stands alone. */
#define ZONE_FIRST_YEAR 1800
#define ZONE_RULE_YEARS 404
/* Changes before the year 68 or after 5138 are taken to be there: some files begin at the Big Bang.
 */
#define ZONE_TIME_MIN_S (-60000000000LL)
#define ZONE_TIME_MAX_S 100000000000LL

struct rd_zone {
    struct rd_arena arena;
    const char *name;
    const char *version; /* of the zone data */
    size_t count;        /* changes */
    int64_t *at_s;       /* the instants of the changes, ascending */
    int64_t *reached_s;  /* the local times from which on they count, not descending */
    int32_t *offset_s;   /* count + 1: before the first change, after each */
    bool cyclic;         /* the rule has a summer time: times from cycle_end_s on repeat */
    int64_t cycle_from_s;
    int64_t cycle_end_s;
};

/* One of the two blocks of a file. */
struct zone_block {
    const unsigned char *times;
    const unsigned char *indexes; /* one a time: which type begins */
    const unsigned char *types;
    uint32_t time_count;
    uint32_t type_count;
    uint32_t leap_count;
    const unsigned char *end;
};

static uint32_t zone_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t zone_i64(const unsigned char *at)
{
    return (int64_t)((uint64_t)zone_u32(at) << 32 | zone_u32(at + 4));
}

static int64_t zone_floor_s(int64_t ms)
{
    return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}

/* ---- asking ---- */

/* How many items are not after `s`. */
static size_t zone_passed(const int64_t *items, size_t count, int64_t s)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;

        if (items[low + half] <= s) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* How far `s` must be moved back to lie inside of the table. */
static int64_t zone_cycles_s(const struct rd_zone *zone, int64_t s)
{
    if (!zone->cyclic || s < zone->cycle_end_s)
        return 0;
    return (s - zone->cycle_from_s) / ZONE_CYCLE_S * ZONE_CYCLE_S;
}

int32_t rd_zone_offset_s(const struct rd_zone *zone, int64_t utc_ms)
{
    int64_t s = zone_floor_s(utc_ms);

    s -= zone_cycles_s(zone, s);
    return zone->offset_s[zone_passed(zone->at_s, zone->count, s)];
}

int64_t rd_zone_local_ms(const struct rd_zone *zone, int64_t utc_ms)
{
    return utc_ms + (int64_t)rd_zone_offset_s(zone, utc_ms) * 1000;
}

int64_t rd_zone_utc_ms(const struct rd_zone *zone, int64_t local_ms)
{
    int64_t s = zone_floor_s(local_ms);

    s -= zone_cycles_s(zone, s);
    return local_ms - (int64_t)zone->offset_s[zone_passed(zone->reached_s, zone->count, s)] * 1000;
}

int64_t rd_zone_reach_ms(const struct rd_zone *zone, int64_t local_ms)
{
    int64_t s = zone_floor_s(local_ms);
    int64_t moved_s = zone_cycles_s(zone, s);
    size_t passed = zone_passed(zone->reached_s, zone->count, s - moved_s);
    int64_t utc_ms = local_ms - (int64_t)zone->offset_s[passed] * 1000;

    if (passed < zone->count && (zone->at_s[passed] + moved_s) * 1000 < utc_ms)
        return (zone->at_s[passed] + moved_s) * 1000;
    return utc_ms;
}

bool rd_zone_next_ms(const struct rd_zone *zone, int64_t after_ms, int64_t *change_ms)
{
    int64_t s = zone_floor_s(after_ms);
    int64_t moved_s = zone_cycles_s(zone, s);
    size_t passed = zone_passed(zone->at_s, zone->count, s - moved_s);

    if (passed == zone->count)
        return false;
    *change_ms = (zone->at_s[passed] + moved_s) * 1000;
    return true;
}

const char *rd_zone_name(const struct rd_zone *zone)
{
    return zone->name;
}

const char *rd_zone_version(const struct rd_zone *zone)
{
    return zone->version;
}

/* ---- building the table ---- */

static void zone_append(struct rd_zone *zone, int64_t at_s, int32_t offset_s)
{
    /* Of two changes at one instant only the later counts: so it is written where summer time lasts
     * all year. */
    if (zone->count > 0 && zone->at_s[zone->count - 1] == at_s)
        zone->count--;
    if (zone->offset_s[zone->count] == offset_s)
        return;
    RD_ASSERT(zone->count == 0 || zone->at_s[zone->count - 1] < at_s);
    zone->at_s[zone->count++] = at_s;
    zone->offset_s[zone->count] = offset_s;
}

static void zone_append_rule_turn(struct rd_zone *zone, int64_t last_s, int64_t at_s,
                                  int32_t offset_s)
{
    bool ascending = zone->count == 0 || at_s >= zone->at_s[zone->count - 1];

    if (at_s > last_s && ascending)
        zone_append(zone, at_s, offset_s);
}

/* Works the rule out from the year of the file's last change on. */
static void zone_append_rule(struct rd_zone *zone, const struct rd_zone_rule *rule, int year,
                             int64_t last_s)
{
    for (int y = year; y < year + ZONE_RULE_YEARS; y++) {
        int64_t begins_s = rd_zone_rule_begins_s(rule, y);
        int64_t ends_s = rd_zone_rule_ends_s(rule, y);

        if (begins_s <= ends_s)
            zone_append_rule_turn(zone, last_s, begins_s, rule->summer_s);
        zone_append_rule_turn(zone, last_s, ends_s, rule->standard_s);
        if (begins_s > ends_s)
            zone_append_rule_turn(zone, last_s, begins_s, rule->summer_s);
    }
    zone->cyclic = true;
    zone->cycle_from_s = rd_date_days(year + 2, 1, 1) * ZONE_DAY_S;
    zone->cycle_end_s = rd_date_days(year + 402, 1, 1) * ZONE_DAY_S;
    RD_ASSERT(zone->cycle_end_s - zone->cycle_from_s == ZONE_CYCLE_S);
}

static void zone_fill_reached(struct rd_zone *zone)
{
    for (size_t i = 0; i < zone->count; i++) {
        int32_t before_s = zone->offset_s[i];
        int32_t after_s = zone->offset_s[i + 1];
        int64_t reached_s = zone->at_s[i] + (before_s > after_s ? before_s : after_s);

        /* Two changes within hours could cross; no zone has them, a damaged file may. */
        if (i > 0 && reached_s < zone->reached_s[i - 1])
            reached_s = zone->reached_s[i - 1];
        zone->reached_s[i] = reached_s;
    }
}

static int64_t zone_block_time_s(const struct zone_block *block, size_t i)
{
    int64_t s = zone_i64(block->times + i * 8);

    if (s < ZONE_TIME_MIN_S)
        return ZONE_TIME_MIN_S;
    return s > ZONE_TIME_MAX_S ? ZONE_TIME_MAX_S : s;
}

static int32_t zone_type_offset_s(const struct zone_block *block, size_t type)
{
    return (int32_t)zone_u32(block->types + type * ZONE_TYPE_BYTES);
}

static int zone_year(int64_t s)
{
    int year = 0;
    int month = 0;
    int day = 0;

    rd_date_civil((s - (s < 0 ? ZONE_DAY_S - 1 : 0)) / ZONE_DAY_S, &year, &month, &day);
    return year;
}

static void zone_build(struct rd_zone *zone, const struct zone_block *block,
                       const struct rd_zone_rule *rule)
{
    size_t room = block->time_count + 2 * ZONE_RULE_YEARS;
    int64_t last_s = INT64_MIN;

    zone->at_s = rd_arena_zalloc(&zone->arena, room, sizeof(*zone->at_s));
    zone->reached_s = rd_arena_zalloc(&zone->arena, room, sizeof(*zone->reached_s));
    zone->offset_s = rd_arena_zalloc(&zone->arena, room + 1, sizeof(*zone->offset_s));
    /* Before the first change type 0 holds; where there is none, the rule (RFC 9636, 3.2 and 3.3).
     */
    zone->offset_s[0] = zone_type_offset_s(block, 0);
    if (block->time_count == 0 && rule)
        zone->offset_s[0] = rule->standard_s;

    for (size_t i = 0; i < block->time_count; i++) {
        last_s = zone_block_time_s(block, i);
        zone_append(zone, last_s, zone_type_offset_s(block, block->indexes[i]));
    }
    if (rule && rule->has_summer)
        zone_append_rule(zone, rule, last_s == INT64_MIN ? ZONE_FIRST_YEAR : zone_year(last_s),
                         last_s);
    zone_fill_reached(zone);
}

/* ---- reading the file ---- */

/* Takes a header and its block apart; false where the bytes end too early or there is no header. */
static bool zone_block_read(const unsigned char *at, const unsigned char *end, size_t time_bytes,
                            struct zone_block *out)
{
    if (end - at < ZONE_HEADER_BYTES || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
        return false;

    uint32_t utc_count = zone_u32(at + 20);
    uint32_t standard_count = zone_u32(at + 24);
    uint32_t char_count = zone_u32(at + 40);

    out->leap_count = zone_u32(at + 28);
    out->time_count = zone_u32(at + 32);
    out->type_count = zone_u32(at + 36);

    uint64_t size = (uint64_t)out->time_count * (time_bytes + 1) +
                    (uint64_t)out->type_count * ZONE_TYPE_BYTES + char_count +
                    (uint64_t)out->leap_count * (time_bytes + 4) + standard_count + utc_count;

    at += ZONE_HEADER_BYTES;
    if (size > (uint64_t)(end - at))
        return false;
    out->times = at;
    out->indexes = out->times + out->time_count * time_bytes;
    out->types = out->indexes + out->time_count;
    out->end = at + size;
    return true;
}

static bool zone_block_sound(const struct zone_block *block)
{
    if (block->type_count == 0 || block->type_count > 256 || block->leap_count > 0 ||
        block->time_count > RD_ZONE_CHANGES_MAX)
        return false;
    for (size_t i = 0; i < block->type_count; i++) {
        int32_t offset_s = zone_type_offset_s(block, i);

        if (offset_s < -ZONE_OFFSET_MAX_S || offset_s > ZONE_OFFSET_MAX_S)
            return false;
    }
    for (size_t i = 0; i < block->time_count; i++) {
        if (block->indexes[i] >= block->type_count)
            return false;
        if (i > 0 && zone_i64(block->times + i * 8) <= zone_i64(block->times + (i - 1) * 8))
            return false;
    }
    return true;
}

/* The last line, between two line feeds. An empty one is no rule: *has stays false. */
static bool zone_footer_read(const unsigned char *at, const unsigned char *end,
                             struct rd_zone_rule *rule, bool *has)
{
    *has = false;
    if (end - at < 2 || *at != '\n')
        return false;
    at++;
    const unsigned char *stop = memchr(at, '\n', (size_t)(end - at));

    if (!stop)
        return false;
    if (stop == at)
        return true;
    *has = true;
    return rd_zone_rule_parse((const char *)at, (size_t)(stop - at), rule);
}

static bool zone_load(struct rd_zone *zone, const struct rd_buf *file)
{
    const unsigned char *bytes = (const unsigned char *)file->data;
    const unsigned char *end = bytes + file->len;
    struct zone_block old;
    struct zone_block block;
    struct rd_zone_rule rule;
    bool has_rule = false;

    if (!zone_block_read(bytes, end, 4, &old) || !zone_block_read(old.end, end, 8, &block))
        return false;
    if (!zone_block_sound(&block) || !zone_footer_read(block.end, end, &rule, &has_rule))
        return false;
    zone_build(zone, &block, has_rule ? &rule : NULL);
    return true;
}

static enum rd_status zone_slurp(const char *path, struct rd_buf *out, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG))
        return RD_NOT_FOUND;
    if (fd < 0 || fstat(fd, &info) != 0) {
        status = rd_error_errno(error, RD_IO, errno, "reading the zone file %s", path);
        goto out;
    }
    if (!S_ISREG(info.st_mode)) {
        status = RD_NOT_FOUND;
        goto out;
    }
    if (info.st_size == 0 || info.st_size > (off_t)RD_ZONE_FILE_BYTES_MAX) {
        status = rd_error_set(error, RD_CORRUPT, "the zone file %s is no zone file", path);
        goto out;
    }
    while (out->len < (size_t)info.st_size) {
        size_t rest = (size_t)info.st_size - out->len;
        ssize_t got = read(fd, rd_buf_reserve(out, rest), rest);

        if (got <= 0) {
            status = rd_error_errno(error, RD_IO, got == 0 ? EIO : errno,
                                    "reading the zone file %s", path);
            goto out;
        }
        out->len += (size_t)got;
    }
out:
    if (fd >= 0)
        close(fd);
    return status;
}

/* ---- opening ---- */

static bool zone_name_sound(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > ZONE_NAME_BYTES_MAX || name[0] == '/' || name[len - 1] == '/')
        return false;
    /* No dots at all: neither "..", nor the lists that lie beside the zones. */
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
           len;
}

static const char *zone_directory(void)
{
    const char *directory = getenv("TZDIR");

    return directory && directory[0] ? directory : ZONE_DIRECTORY;
}

/* The most similar name in the region's folder; borrowed from the arena, or NULL. */
static const char *zone_guess(struct rd_arena *arena, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *leaf = slash ? slash + 1 : name;
    const char **names = rd_arena_zalloc(arena, ZONE_SIBLINGS_MAX, sizeof(*names));
    size_t count = 0;
    DIR *dir =
        opendir(rd_arena_printf(arena, "%s/%.*s", zone_directory(), (int)(leaf - name), name));

    if (!dir)
        return NULL;
    for (struct dirent *entry = readdir(dir); entry && count < ZONE_SIBLINGS_MAX;
         entry = readdir(dir))
        if (zone_name_sound(entry->d_name))
            names[count++] = rd_arena_printf(arena, "%s", entry->d_name);
    closedir(dir);

    const char *near = rd_text_nearest(leaf, names, count);

    return near ? rd_arena_printf(arena, "%.*s%s", (int)(leaf - name), name, near) : NULL;
}

static enum rd_status zone_unknown(const char *name, struct rd_error *error)
{
    struct rd_arena arena;

    if (!zone_name_sound(name))
        return rd_error_set(error, RD_NOT_FOUND, "'%.80s' is no name of a time zone", name);
    rd_arena_init(&arena);
    const char *guess = zone_guess(&arena, name);

    if (access(zone_directory(), R_OK | X_OK) != 0)
        rd_error_set(error, RD_NOT_FOUND,
                     "no time zone '%s': there is no zone data at %s (the package tzdata)", name,
                     zone_directory());
    else if (guess)
        rd_error_set(error, RD_NOT_FOUND, "no time zone '%s'; did you mean '%s'?", name, guess);
    else
        rd_error_set(error, RD_NOT_FOUND, "no time zone '%s'", name);
    rd_arena_fini(&arena);
    return RD_NOT_FOUND;
}

/* UTC is known where there is no zone data at all, so that what is wrong there can be said. Its
 * file (RFC 9636): a header that counts one type and four letters, the type, the letters; twice,
 * for old readers and for all; and the rule. */
static enum rd_status zone_find(const char *name, const char *path, struct rd_buf *file,
                                struct rd_error *error)
{
    static const unsigned char half[] = {
        'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4, [50] = 'U', 'T', 'C', [53] = 0
    };
    static const char rule[] = "\nUTC0\n";

    if (strcmp(name, "UTC") != 0)
        return zone_slurp(path, file, error);
    rd_buf_append(file, half, sizeof(half));
    rd_buf_append(file, half, sizeof(half));
    rd_buf_append(file, rule, sizeof(rule) - 1);
    return RD_OK;
}

enum rd_status rd_zone_open(const char *name, struct rd_zone **out, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    struct rd_zone *zone = NULL;
    struct rd_buf file;

    *out = NULL;
    if (!zone_name_sound(name))
        return zone_unknown(name, error);
    rd_buf_init(&file);
    zone = calloc(1, sizeof(*zone));
    RD_ASSERT(zone);
    rd_arena_init(&zone->arena);
    zone->name = rd_arena_printf(&zone->arena, "%s", name);

    const char *path = rd_arena_printf(&zone->arena, "%s/%s", zone_directory(), name);

    status = zone_find(name, path, &file, error);
    if (status == RD_NOT_FOUND)
        status = zone_unknown(name, error);
    if (status != RD_OK)
        goto out;
    if (!zone_load(zone, &file)) {
        status = rd_error_set(error, RD_CORRUPT, "the zone file %s is damaged", path);
        goto out;
    }
    zone->version = rd_zone_version_of(zone_directory(), &zone->arena);
    *out = zone;
    zone = NULL;
out:
    rd_buf_fini(&file);
    rd_zone_close(zone);
    return status;
}

void rd_zone_close(struct rd_zone *zone)
{
    if (!zone)
        return;
    rd_arena_fini(&zone->arena);
    free(zone);
}
