/* redress doctor: looks at the machine, the directories and the daemon for what would go wrong
 * later, before it does. Each check is one row: good, a warning, or bad, with what was seen and
 * what to do. It changes nothing but a file of a few kilobytes, for the flush, which it removes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/bench.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "domain/model.h"
#include "domain/zone.h"
#include "policy/policy.h"
#include "server/client.h"

#define DOCTOR_OWN_FILES 256                /* that the daemon opens beside its sessions */
#define DOCTOR_FLUSH_HONEST_US 20           /* no disk that keeps what it says is faster */
#define DOCTOR_FLUSH_SLOW_US 20000          /* each command waits for one */
#define DOCTOR_YEAR_2024_MS 1704067200000ll /* a clock before this program was written is wrong */

enum verdict { GOOD, WARNING, BAD };

struct doctor {
    struct rd_cli *cli;
    const char *data, *policy, *zone; /* zone: the company's, where its policy loads */
    struct rd_value checks;
    uint32_t warnings, bad;
};

static void doctor_say(struct doctor *doctor, const char *what, enum verdict verdict,
                       const char *found, const char *advice)
{
    static const char *const words[] = { "good", "warning", "bad" };
    struct rd_arena *arena = &doctor->cli->arena;
    struct rd_value check = rd_map();
    rd_map_add(arena, &check, "check", rd_text(what));
    rd_map_add(arena, &check, "verdict", rd_text(words[verdict]));
    rd_map_add(arena, &check, "found", rd_text(found));
    rd_map_add(arena, &check, "advice", verdict == GOOD ? rd_null() : rd_text(advice));
    rd_list_add(arena, &doctor->checks, check);
    doctor->warnings += verdict == WARNING;
    doctor->bad += verdict == BAD;
}

static void doctor_directory(struct doctor *doctor)
{
    struct rd_arena *arena = &doctor->cli->arena;
    struct stat dir;
    if (stat(doctor->data, &dir) != 0) {
        doctor_say(doctor, "directory", WARNING,
                   rd_arena_printf(arena, "there is no %s yet", doctor->data),
                   "the daemon makes it; or name the right one with --data");
        return;
    }
    const char *found = rd_arena_printf(arena, "%s, mode %04o, of uid %u", doctor->data,
                                        dir.st_mode & 07777, dir.st_uid);
    if (dir.st_mode & 0077)
        doctor_say(doctor, "directory", BAD, found,
                   "others can reach the company's data: chmod 700");
    else if (dir.st_uid != geteuid())
        doctor_say(doctor, "directory", WARNING, found,
                   "it belongs to somebody else: run doctor as the daemon's user");
    else
        doctor_say(doctor, "directory", GOOD, found, NULL);
}

/* Where the data directory is, or will be. */
static const char *doctor_place(const struct doctor *doctor)
{
    const char *path = doctor->data;
    while (access(path, F_OK) != 0) {
        const char *slash = strrchr(path, '/');
        if (!slash)
            return ".";
        path =
            slash == path ? "/" : rd_arena_copy(&doctor->cli->arena, path, (size_t)(slash - path));
    }
    return path;
}

static void doctor_disk(struct doctor *doctor)
{
    struct statvfs disk;
    if (statvfs(doctor_place(doctor), &disk) != 0) {
        doctor_say(doctor, "disk", BAD, "the file system can't be looked at",
                   "see the directory's permissions");
        return;
    }
    double room = (double)disk.f_bavail * (double)disk.f_frsize;
    double all = (double)disk.f_blocks * (double)disk.f_frsize;
    const char *found = rd_arena_printf(&doctor->cli->arena, "%.1f of %.1f GiB are free",
                                        room / (1 << 30), all / (1 << 30));
    if (room < RD_HEALTH_DISK_BYTES)
        doctor_say(doctor, "disk", BAD, found, "make room: commands are refused when it is full");
    else if (room < all / 10)
        doctor_say(doctor, "disk", WARNING, found, "less than a tenth is free: plan for more");
    else
        doctor_say(doctor, "disk", GOOD, found, NULL);
}

static void doctor_file_system(struct doctor *doctor)
{
    static const struct {
        long magic;
        const char *name;
        enum verdict verdict;
        const char *advice;
    } kinds[] = {
        { 0x01021994, "tmpfs", BAD, "what is acknowledged there is gone with the machine" },
        { 0x6969, "nfs", BAD, "locks and flushes over a network are not to be relied upon" },
        { 0xff534d42, "cifs", BAD, "locks and flushes over a network are not to be relied upon" },
        { 0xfe534d42, "smb2", BAD, "locks and flushes over a network are not to be relied upon" },
        { 0x65735546, "fuse", WARNING, "whether it flushes is that program's word" },
        { 0x794c7630, "overlayfs", WARNING, "of a container: it may go with it; mount a volume" },
        { 0xef53, "ext4", GOOD, NULL },
        { 0x58465342, "xfs", GOOD, NULL },
        { 0x9123683e, "btrfs", WARNING,
          "copy on write makes the store's file grow in pieces: chattr +C on the directory" },
        { 0x2fc12fc1, "zfs", GOOD, NULL },
    };
    struct statfs disk;
    if (statfs(doctor_place(doctor), &disk) != 0)
        return; /* said by the disk's check */
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((long)disk.f_type == kinds[i].magic) {
            doctor_say(doctor, "file system", kinds[i].verdict, kinds[i].name, kinds[i].advice);
            return;
        }
    doctor_say(doctor, "file system", WARNING,
               rd_arena_printf(&doctor->cli->arena, "of the kind %lx", (long)disk.f_type),
               "nobody has tried it here");
}

static void doctor_flush(struct doctor *doctor)
{
    struct rd_error error = RD_ERROR_NONE;
    double us;
    if (rd_bench_flush_us(doctor_place(doctor), &us, &error) != RD_OK) {
        doctor_say(doctor, "flush", WARNING,
                   rd_arena_printf(&doctor->cli->arena, "not measured: %s", error.text),
                   "run doctor as the daemon's user");
        return;
    }
    const char *found =
        rd_arena_printf(&doctor->cli->arena, "%.0f us (4 KiB, fdatasync, median of 200)", us);
    if (us < DOCTOR_FLUSH_HONEST_US)
        doctor_say(doctor, "flush", WARNING, found,
                   "faster than a disk that keeps its word: is a volatile write cache switched on, "
                   "or the host's cache=unsafe?");
    else if (us > DOCTOR_FLUSH_SLOW_US)
        doctor_say(doctor, "flush", WARNING, found,
                   "each command waits for one: use a faster disk");
    else
        doctor_say(doctor, "flush", GOOD, found, NULL);
}

static void doctor_limits(struct doctor *doctor)
{
    struct rlimit files = { 0 }, size = { .rlim_cur = RLIM_INFINITY };
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)getrlimit(RLIMIT_FSIZE, &size);
    const char *found = rd_arena_printf(&doctor->cli->arena, "%llu files may be open",
                                        (unsigned long long)files.rlim_max);
    if (files.rlim_max < RD_SESSIONS_MAX + DOCTOR_OWN_FILES)
        doctor_say(doctor, "open files", WARNING, found,
                   "fewer connections than could be served: LimitNOFILE=16384, ulimit -n");
    else
        doctor_say(doctor, "open files", GOOD, found, NULL);
    if (size.rlim_cur != RLIM_INFINITY)
        doctor_say(doctor, "file size", WARNING,
                   rd_arena_printf(&doctor->cli->arena, "files end at %llu bytes",
                                   (unsigned long long)size.rlim_cur),
                   "the store is one file and grows: LimitFSIZE=infinity, ulimit -f unlimited");
}

static void doctor_clock(struct doctor *doctor)
{
    struct timex state = { 0 };
    int known = adjtimex(&state);
    if (rd_clock_wall_ms() < DOCTOR_YEAR_2024_MS)
        doctor_say(doctor, "clock", BAD, "it stands before 2024",
                   "set it before anything is served");
    else if (known < 0)
        doctor_say(doctor, "clock", WARNING, "whether it is synchronised is not to be known here",
                   "see to it on the host");
    else if (state.status & STA_UNSYNC)
        doctor_say(doctor, "clock", WARNING, "it is not synchronised",
                   "promises are kept by it: run chrony or systemd-timesyncd");
    else
        doctor_say(doctor, "clock", GOOD, "synchronised", NULL);
}

static void doctor_zone(struct doctor *doctor)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_zone *zone;
    const char *name = doctor->zone ? doctor->zone : "Asia/Shanghai";
    if (rd_zone_open(name, &zone, &error) != RD_OK) {
        doctor_say(doctor, "zones", BAD, rd_arena_printf(&doctor->cli->arena, "%s", error.text),
                   "install the package tzdata");
        return;
    }
    doctor_say(doctor, "zones", GOOD,
               rd_arena_printf(&doctor->cli->arena, "%s, version %s", name, rd_zone_version(zone)),
               NULL);
    rd_zone_close(zone);
}

/* Who can write the rules can write what is refunded. */
static void doctor_policy_mode(struct doctor *doctor)
{
    static const char *const dirs[] = { "rules", "scripts" };
    for (size_t i = 0; i < 2; i++) {
        struct stat dir;
        const char *path = rd_arena_printf(&doctor->cli->arena, "%s/%s", doctor->policy, dirs[i]);
        if (stat(path, &dir) == 0 && (dir.st_mode & 0002))
            doctor_say(doctor, "rules", BAD,
                       rd_arena_printf(&doctor->cli->arena, "everybody may write %s", path),
                       "chmod o-w: who can write rules can grant money");
    }
}

static void doctor_policy(struct doctor *doctor)
{
    struct rd_arena *arena = &doctor->cli->arena;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_policy_source *sources;
    struct rd_policy *policy = NULL;
    struct rd_findings findings;
    size_t count;
    rd_findings_init(&findings, arena);
    enum rd_status status = rd_policy_read_dir(arena, doctor->policy, &sources, &count, &error);
    if (status == RD_OK)
        status = rd_policy_load(sources, count, NULL, &findings, &policy, &error);
    if (status != RD_OK) {
        doctor_say(doctor, "policy", BAD, rd_arena_printf(arena, "%s", error.text),
                   rd_arena_printf(arena, "redress policy check %s says where", doctor->policy));
        return;
    }
    doctor_say(doctor, "policy", GOOD,
               rd_arena_printf(arena, "%zu files, %.12s", count, rd_policy_hash_text(policy)),
               NULL);
    doctor->zone = rd_arena_printf(arena, "%s", rd_policy_model(policy)->zone);
    rd_policy_free(policy);
    doctor_policy_mode(doctor);
}

static void doctor_repeat(struct doctor *doctor, const struct rd_value *said)
{
    for (uint32_t i = 0; i < said->count; i++)
        doctor_say(doctor, "daemon", BAD, rd_map_text(&said->items[i], "text", ""),
                   rd_arena_printf(&doctor->cli->arena, "docs/operations.md: %s",
                                   rd_map_text(&said->items[i], "code", "?")));
}

static void doctor_reasons(struct doctor *doctor, const struct rd_value *health)
{
    if (rd_map_bool(health, "ready", false))
        doctor_say(doctor, "daemon", GOOD, "it answers and is ready", NULL);
    doctor_repeat(doctor, rd_map_list(health, "reasons"));
    doctor_repeat(doctor, rd_map_list(health, "warnings"));
}

/* The process that holds the data directory; 0: none. Its lock is only tried where the process that
 * it names is there, so that none that is about to start finds it taken. */
static long doctor_holder(const struct doctor *doctor)
{
    char text[32] = "";
    int64_t pid = 0;
    int fd =
        open(rd_arena_printf(&doctor->cli->arena, "%s/lock", doctor->data), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, text, sizeof(text) - 1);
    text[len > 0 ? strcspn(text, "\n") : 0] = '\0';
    bool held = rd_text_int(text, &pid) && pid > 0 &&
                (kill((pid_t)pid, 0) == 0 || errno == EPERM) && flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return held ? (long)pid : 0;
}

/* Nobody answers: because there is nobody, or because something is wrong? */
static void doctor_silence(struct doctor *doctor, const char *address, const struct rd_error *error)
{
    struct rd_arena *arena = &doctor->cli->arena;
    long holder = doctor_holder(doctor);
    if (holder)
        doctor_say(
            doctor, "daemon", BAD,
            rd_arena_printf(arena, "process %ld holds %s; %s", holder, doctor->data, error->text),
            "its log says whether it still starts, or why it can't be reached there");
    else if (access(doctor->data, R_OK | X_OK) != 0 && errno == EACCES)
        doctor_say(doctor, "daemon", WARNING,
                   rd_arena_printf(arena, "whether one runs is not to be seen: %s", error->text),
                   "run doctor as the daemon's user");
    else
        doctor_say(doctor, "daemon", GOOD, rd_arena_printf(arena, "none answers at %s", address),
                   NULL);
}

static void doctor_daemon(struct doctor *doctor)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_client *client;
    struct rd_value params = rd_map(), health;
    const char *address =
        rd_arena_printf(&doctor->cli->arena, "unix:%s/redress.sock", doctor->data);
    if (rd_client_open_within(address, NULL, RD_CLI_WATCH_MS, &client, &error) != RD_OK) {
        doctor_silence(doctor, address, &error);
        return;
    }
    enum rd_status status =
        rd_client_call(client, &doctor->cli->arena, "server.health", &params, &health, &error);
    if (status == RD_OK)
        doctor_reasons(doctor, &health);
    else if (status == RD_IN_PROGRESS)
        doctor_say(doctor, "daemon", BAD,
                   rd_arena_printf(&doctor->cli->arena,
                                   "it takes connections and has not answered for %d s",
                                   RD_CLI_WATCH_MS / 1000),
                   "its log says more, or it stands still: systemctl restart");
    else
        doctor_say(doctor, "daemon", BAD, rd_arena_printf(&doctor->cli->arena, "%s", error.text),
                   "its log says more");
    rd_client_close(client);
}

static void doctor_print(struct doctor *doctor)
{
    static const struct rd_column columns[] = {
        { "check", false }, { "verdict", false }, { "found", false }, { "what to do", false }
    };
    struct rd_grid grid;
    rd_grid_init(&grid, &doctor->cli->arena, columns, 4);
    for (uint32_t i = 0; i < doctor->checks.count; i++) {
        const struct rd_value *check = &doctor->checks.items[i];
        rd_grid_add(&grid, (const char *const[]){
                               rd_map_text(check, "check", ""), rd_map_text(check, "verdict", ""),
                               rd_map_text(check, "found", ""), rd_map_text(check, "advice", "") });
    }
    rd_grid_write(&grid, &doctor->cli->out, doctor->cli->colour);
}

enum rd_status rd_run_doctor(struct rd_cli *cli, struct rd_error *error)
{
    struct doctor doctor = { .cli = cli, .checks = rd_list() };
    doctor.data = rd_args_text(&cli->args, "data");
    doctor.policy = rd_args_text(&cli->args, "policy");
    doctor_directory(&doctor);
    doctor_disk(&doctor);
    doctor_file_system(&doctor);
    doctor_flush(&doctor);
    doctor_limits(&doctor);
    doctor_clock(&doctor);
    doctor_policy(&doctor);
    doctor_zone(&doctor);
    doctor_daemon(&doctor);
    if (cli->json)
        rd_cli_print_json(cli, &doctor.checks);
    else
        doctor_print(&doctor);
    return doctor.bad ? rd_error_set(error, RD_CHECK_FAILED, "%u bad, %u warnings", doctor.bad,
                                     doctor.warnings)
                      : RD_OK;
}
