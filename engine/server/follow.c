/* The follower. See follow.h.
 *
 * One thing is under way at a time: a page is fetched, handed over, answered, and the next is
 * fetched. When it was promoted, the thread goes on for one thing only: to tell the server that it
 * followed, should that one come back, that its time is over.
 */
#include "server/follow.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "server/client.h"
#include "server/server.h"
#include "store/fence.h"
#include "store/vault.h"

#define FOLLOW_PAUSE_MS 20    /* there was nothing new */
#define FOLLOW_AGAIN_MS 1000  /* it did not work */
#define FOLLOW_ANSWER_MS 2000 /* a server that says nothing for so long is not there */
#define FOLLOW_PAGE_BYTES (1024u * 1024)
#define FOLLOW_PATH_MAX 4096

struct rd_follow {
    struct rd_server *server;
    struct rd_follow_options options;
    char dir[FOLLOW_PATH_MAX], address[FOLLOW_PATH_MAX + 32]; /* dir: "" where only an address */
    uv_thread_t thread;
    uv_async_t bell;
    uv_mutex_t lock;
    uv_cond_t changed;
    bool asks, answered, stop; /* under the lock */

    /* the thread's; while it asks, the loop's */
    struct rd_arena arena; /* of one page */
    struct rd_value params;
    enum rd_status status;
    struct rd_error error;
    char role[16];
    uint64_t seq;
    int64_t epoch;
    bool promote, force;

    struct rd_client *client; /* NULL: not connected; set under the lock, for the end to cut it */
    bool told;                /* that it does not get on; once */
};

/* ---- the loop's part ---- */

static void follow_on_bell(uv_async_t *bell)
{
    static const struct rd_peer inside = { .door = RD_DOOR_INSIDE };
    struct rd_follow *follow = bell->data;
    struct rd_server *server = follow->server;
    uv_mutex_lock(&follow->lock);
    bool asks = follow->asks && !server->draining;
    follow->asks = false;
    uv_mutex_unlock(&follow->lock);
    if (!asks)
        return;
    struct rd_job *job = rd_job_get(&server->pool, RD_JOB_FOLLOW);
    rd_rpc_make(&job->arena, "standby.take", &follow->params, &inside, &job->message);
    rd_server_submit(server, job);
}

void rd_follow_answered(struct rd_follow *follow, struct rd_job *job)
{
    const struct rd_request *request = &job->message.calls[0].request;
    uv_mutex_lock(&follow->lock);
    follow->status = request->status;
    if (request->status == RD_OK) {
        snprintf(follow->role, sizeof follow->role, "%s",
                 rd_map_text(&request->result, "role", ""));
        follow->seq = (uint64_t)rd_map_int(&request->result, "seq", 0);
        follow->epoch = rd_map_int(&request->result, "epoch", 0);
        follow->promote = rd_map_bool(&request->result, "promote", false);
        follow->force = rd_map_bool(&request->result, "force", false);
    } else {
        follow->error = request->error;
        follow->error.detail = NULL; /* the job's */
    }
    follow->answered = true;
    uv_cond_signal(&follow->changed);
    uv_mutex_unlock(&follow->lock);
}

/* ---- the thread's ---- */

static bool follow_stops(struct rd_follow *follow)
{
    uv_mutex_lock(&follow->lock);
    bool stop = follow->stop;
    uv_mutex_unlock(&follow->lock);
    return stop;
}

static void follow_pause(struct rd_follow *follow, uint64_t ms)
{
    uv_mutex_lock(&follow->lock);
    if (!follow->stop)
        (void)uv_cond_timedwait(&follow->changed, &follow->lock, ms * 1000000u);
    uv_mutex_unlock(&follow->lock);
}

/* standby.take with these params, made in the arena; its answer is in `follow`. */
static enum rd_status follow_take(struct rd_follow *follow, struct rd_value params)
{
    uv_mutex_lock(&follow->lock);
    follow->params = params;
    follow->asks = true;
    follow->answered = false;
    uv_async_send(&follow->bell);
    while (!follow->answered && !follow->stop)
        uv_cond_wait(&follow->changed, &follow->lock);
    enum rd_status status = follow->answered ? follow->status : RD_SHUTTING_DOWN;
    uv_mutex_unlock(&follow->lock);
    return status;
}

/* The kernel is told why it does not go on (NULL: it does), and answers what it wants. */
static enum rd_status follow_say(struct rd_follow *follow, const char *why, bool gives_up)
{
    struct rd_value params = rd_map();
    rd_map_add(&follow->arena, &params, "why", rd_text(why ? why : ""));
    rd_map_add(&follow->arena, &params, "gives_up", rd_bool(gives_up));
    return follow_take(follow, params);
}

static void follow_hang_up(struct rd_follow *follow)
{
    uv_mutex_lock(&follow->lock);
    struct rd_client *client = follow->client;
    follow->client = NULL;
    uv_mutex_unlock(&follow->lock);
    rd_client_close(client);
}

static enum rd_status follow_connect(struct rd_follow *follow, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    struct rd_client *client;
    if (follow->client)
        return RD_OK;
    enum rd_status status = rd_client_open_within(follow->address, follow->options.ca_file,
                                                  FOLLOW_ANSWER_MS, &client, error);
    if (status != RD_OK)
        return status;
    uv_mutex_lock(&follow->lock);
    follow->client = client;
    uv_mutex_unlock(&follow->lock);
    if (!follow->options.token)
        return RD_OK;
    rd_map_add(&follow->arena, &params, "token", rd_text(follow->options.token));
    status =
        rd_client_call(follow->client, &follow->arena, "session.login", &params, &result, error);
    if (status != RD_OK)
        follow_hang_up(follow);
    return status;
}

static enum rd_status follow_call(struct rd_follow *follow, const char *method,
                                  struct rd_value *params, struct rd_value *result,
                                  struct rd_error *error)
{
    enum rd_status status = follow_connect(follow, error);
    if (status == RD_OK) {
        status = rd_client_call(follow->client, &follow->arena, method, params, result, error);
        if (status == RD_NO_SERVER || status == RD_IN_PROGRESS)
            follow_hang_up(follow);
    }
    return status == RD_IN_PROGRESS
               ? rd_error_set(error, RD_NO_SERVER, "%s does not answer", follow->address)
               : status;
}

/* A page from the other, handed over; `*count` entries. */
static enum rd_status follow_page(struct rd_follow *follow, uint32_t *count, struct rd_error *error)
{
    struct rd_value params = rd_map(), page, take = rd_map();
    *count = 0;
    rd_arena_reset(&follow->arena);
    rd_map_add(&follow->arena, &params, "since", rd_int((int64_t)follow->seq));
    enum rd_status status = follow_call(follow, "journal.read", &params, &page, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *entries = rd_map_list(&page, "entries");
    if (rd_map_int(&page, "epoch", 0) < follow->epoch)
        return rd_error_set(error, RD_DIVERGED, "%s is of an earlier epoch than this one",
                            follow->address);
    *count = entries->count;
    rd_map_add(&follow->arena, &take, "since", rd_int((int64_t)follow->seq));
    rd_map_add(&follow->arena, &take, "before", rd_text(rd_map_text(&page, "before", "")));
    rd_map_add(&follow->arena, &take, "after", rd_text(rd_map_text(&page, "after", "")));
    rd_map_add(&follow->arena, &take, "entries", *entries);
    const struct rd_value *keys = rd_map_get(&page, "keys");
    if (rd_value_is(keys, RD_MAP))
        rd_map_add(&follow->arena, &take, "keys", *keys);
    status = follow_take(follow, take);
    if (status != RD_OK)
        *error = follow->error;
    return status;
}

/* ---- taking its place ---- */

static struct rd_value follow_hex(struct rd_arena *arena, const unsigned char hash[RD_HASH_BYTES])
{
    char text[2 * RD_HASH_BYTES + 1];
    sodium_bin2hex(text, sizeof text, hash, RD_HASH_BYTES);
    return rd_text_copy(arena, text, 2 * RD_HASH_BYTES);
}

static struct rd_value follow_payload(struct rd_arena *arena, const struct rd_entry *entry)
{
    size_t room = sodium_base64_encoded_len(entry->len, sodium_base64_VARIANT_ORIGINAL);
    char *text = rd_arena_alloc(arena, room);
    sodium_bin2base64(text, room, entry->payload, entry->len, sodium_base64_VARIANT_ORIGINAL);
    return rd_text(text);
}

/* What the other's files still hold behind the own last entry, page by page. Nobody writes them. */
static enum rd_status follow_files(struct rd_follow *follow, struct rd_journal *journal,
                                   struct rd_error *error)
{
    struct rd_entry entry = { .next = rd_journal_start(journal) };
    struct rd_arena skipped;
    enum rd_status status = RD_OK;
    bool more = true;
    rd_arena_init(&skipped);
    while (status == RD_OK && entry.seq < follow->seq) {
        rd_arena_reset(&skipped);
        status = rd_journal_read(journal, entry.next, &skipped, &entry, error);
    }
    while (status == RD_OK && more) {
        struct rd_value take = rd_map(), entries = rd_list();
        rd_arena_reset(&follow->arena);
        rd_map_add(&follow->arena, &take, "since", rd_int((int64_t)entry.seq));
        rd_map_add(&follow->arena, &take, "before", follow_hex(&follow->arena, entry.hash));
        for (size_t bytes = 0; bytes < FOLLOW_PAGE_BYTES && more;) {
            status = rd_journal_read(journal, entry.next, &follow->arena, &entry, error);
            more = status == RD_OK;
            if (!more)
                break;
            rd_list_add(&follow->arena, &entries, follow_payload(&follow->arena, &entry));
            bytes += entry.len;
        }
        status = status == RD_END ? RD_OK : status;
        rd_map_add(&follow->arena, &take, "after", follow_hex(&follow->arena, entry.hash));
        rd_map_add(&follow->arena, &take, "entries", entries);
        rd_map_add(&follow->arena, &take, "keys_dir", rd_text(follow->dir));
        if (status == RD_OK && follow_take(follow, take) != RD_OK) {
            *error = follow->error;
            status = error->status;
        }
    }
    rd_arena_fini(&skipped);
    return status == RD_END
               ? rd_error_set(error, RD_DIVERGED,
                              "the journal in %s ends before entry %llu, which is here",
                              follow->dir, (unsigned long long)follow->seq)
               : status;
}

/* What is in the other's directory, which nobody may hold. */
static enum rd_status follow_read_dir(struct rd_follow *follow, struct rd_error *error)
{
    struct rd_journal_options options = { .read_only = true };
    struct rd_journal_recovery recovery;
    struct rd_journal *journal = NULL;
    unsigned char hash[RD_HASH_BYTES];
    char path[FOLLOW_PATH_MAX + 16];
    uint64_t seq;
    enum rd_status status = rd_vault_reached(follow->dir, &seq, hash, error);
    if (status != RD_OK)
        return status;
    snprintf(path, sizeof path, "%s/journal", follow->dir);
    status = rd_journal_open(path, &options, &journal, &recovery, error);
    if (status == RD_OK)
        status = follow_files(follow, journal, error);
    rd_journal_close(journal);
    return status;
}

/* The other's directory, where no server answers: fenced first, so that whoever opens it from now
 * on sees that; then nobody may hold it; then it is read to its end. Where that does not come about
 * and nothing is promoted, the mark is taken back: a server that was only slow starts again. */
static enum rd_status follow_end_dir(struct rd_follow *follow, struct rd_error *error)
{
    struct rd_error ignored = RD_ERROR_NONE;
    int64_t epoch;
    bool was = rd_mark_read(follow->dir, RD_MARK_FENCED, &epoch);
    enum rd_status status =
        was ? RD_OK : rd_mark_write(follow->dir, RD_MARK_FENCED, follow->epoch + 1, error);
    if (status == RD_OK)
        status = follow_read_dir(follow, error);
    if (status != RD_OK && !was && !follow->force &&
        rd_mark_remove(follow->dir, RD_MARK_FENCED, &ignored) != RD_OK)
        rd_log(RD_LOG_ERROR, "standby", "%s stays fenced: %s", follow->dir, ignored.text);
    return status;
}

/* The other is told to write no more, and then all that it has is fetched. */
static enum rd_status follow_end_server(struct rd_follow *follow, struct rd_error *error)
{
    struct rd_value params = rd_map(), result;
    uint32_t count = 0;
    rd_map_add(&follow->arena, &params, "epoch", rd_int(follow->epoch + 1));
    enum rd_status status = follow_call(follow, "standby.fence", &params, &result, error);
    do {
        if (status == RD_OK)
            status = follow_page(follow, &count, error);
    } while (status == RD_OK && count > 0);
    return status;
}

static void follow_promote(struct rd_follow *follow)
{
    struct rd_error error = RD_ERROR_NONE;
    bool force = follow->force;
    enum rd_status status = follow_end_server(follow, &error);
    if (follow_stops(follow)) /* cut off by the end of this one: that says nothing of the other */
        return;
    if (status == RD_NO_SERVER && follow->dir[0]) {
        error = RD_ERROR_NONE;
        status = follow_end_dir(follow, &error);
    }
    rd_arena_reset(&follow->arena);
    if (status != RD_OK && !force) {
        rd_log(RD_LOG_ERROR, "standby", "not promoted: %s", error.text);
        (void)follow_say(follow, rd_arena_printf(&follow->arena, "not promoted: %s", error.text),
                         true);
        return;
    }
    if (status != RD_OK)
        rd_log(RD_LOG_WARN, "standby", "promoted although the other was not fenced: %s",
               error.text);
    struct rd_value params = rd_map();
    rd_map_add(&follow->arena, &params, "take_over", rd_bool(true));
    if (follow_take(follow, params) == RD_OK)
        return;
    rd_log(RD_LOG_ERROR, "standby", "not promoted: %s", follow->error.text);
    rd_arena_reset(&follow->arena);
    (void)follow_say(follow, follow->error.text, true);
}

/* Promoted: whoever was not reached then is told when it comes back. True: it knows. */
static bool follow_fence_late(struct rd_follow *follow)
{
    struct rd_value params = rd_map(), result;
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_reset(&follow->arena);
    rd_map_add(&follow->arena, &params, "epoch", rd_int(follow->epoch));
    enum rd_status status = follow_call(follow, "standby.fence", &params, &result, &error);
    return status == RD_OK && strcmp(rd_map_text(&result, "role", ""), "fenced") == 0;
}

/* One round; how long to wait for the next. */
static uint64_t follow_round(struct rd_follow *follow)
{
    struct rd_error error = RD_ERROR_NONE;
    uint32_t count = 0;
    if (follow->promote) {
        follow_promote(follow);
        return 0;
    }
    enum rd_status status = follow_page(follow, &count, &error);
    if (status == RD_OK) {
        if (follow->told)
            rd_log(RD_LOG_INFO, "standby", "following %s again", follow->address);
        follow->told = false;
        return count > 0 ? 0 : FOLLOW_PAUSE_MS;
    }
    if (status == RD_SHUTTING_DOWN && follow_stops(follow))
        return 0;
    if (!follow->told)
        rd_log(RD_LOG_WARN, "standby", "not following %s now: %s", follow->address, error.text);
    follow->told = true;
    rd_arena_reset(&follow->arena);
    (void)follow_say(follow, rd_arena_printf(&follow->arena, "%s", error.text), false);
    return follow->promote ? 0 : FOLLOW_AGAIN_MS / 4;
}

static void follow_main(void *context)
{
    struct rd_follow *follow = context;
    bool fenced = false;
    (void)follow_say(follow, NULL, false); /* what the kernel is, and where it stands */
    while (!follow_stops(follow)) {
        bool standby = strcmp(follow->role, "standby") == 0;
        uint64_t pause = FOLLOW_AGAIN_MS;
        if (standby)
            pause = follow_round(follow);
        else if (!fenced)
            fenced = follow_fence_late(follow);
        if (pause)
            follow_pause(follow, pause);
    }
    follow_hang_up(follow);
}

/* ---- beginning and end ---- */

/* What would only show when the first connection fails, and then again each second. */
static enum rd_status follow_check(const struct rd_follow_options *options, struct rd_error *error)
{
    if (!options->ca_file)
        return RD_OK;
    if (strncmp(options->from, "tls:", 4) != 0)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "--follow-ca is for --follow tls:HOST:PORT: nobody is vouched for at "
                            "%s",
                            options->from);
    return access(options->ca_file, R_OK) == 0
               ? RD_OK
               : rd_error_errno(error, RD_BAD_CONFIG, errno, "can't read %s", options->ca_file);
}

enum rd_status rd_follow_start(struct rd_server *server, const struct rd_follow_options *options,
                               struct rd_follow **out, struct rd_error *error)
{
    const char *from = options->from;
    enum rd_status status = follow_check(options, error);
    *out = NULL;
    if (status != RD_OK)
        return status;
    struct rd_follow *follow = calloc(1, sizeof *follow);
    RD_ASSERT(follow && strlen(from) < FOLLOW_PATH_MAX);
    *follow = (struct rd_follow){ .server = server, .options = *options };
    bool address = strncmp(from, "unix:", 5) == 0 || strncmp(from, "tcp:", 4) == 0 ||
                   strncmp(from, "tls:", 4) == 0;
    snprintf(follow->dir, sizeof follow->dir, "%s", address ? "" : from);
    snprintf(follow->address, sizeof follow->address, address ? "%s" : "unix:%s/redress.sock",
             from);
    rd_arena_init(&follow->arena);
    int failed = uv_mutex_init(&follow->lock) || uv_cond_init(&follow->changed) ||
                 uv_async_init(&server->loop, &follow->bell, follow_on_bell);
    RD_ASSERT(!failed);
    follow->bell.data = follow;
    failed = uv_thread_create(&follow->thread, follow_main, follow);
    *out = follow;
    return failed ? rd_error_set(error, RD_IO, "starting the follower: %s", uv_strerror(failed))
                  : RD_OK;
}

static void follow_on_closed(uv_handle_t *handle)
{
    struct rd_follow *follow = handle->data;
    uv_cond_destroy(&follow->changed);
    uv_mutex_destroy(&follow->lock);
    rd_arena_fini(&follow->arena);
    free(follow);
}

void rd_follow_stop(struct rd_follow *follow)
{
    if (!follow)
        return;
    uv_mutex_lock(&follow->lock);
    follow->stop = true;
    if (follow->client) /* what it waits for there does not come any more */
        (void)shutdown(rd_client_fd(follow->client), SHUT_RDWR);
    uv_cond_signal(&follow->changed);
    uv_mutex_unlock(&follow->lock);
    uv_thread_join(&follow->thread);
    uv_close((uv_handle_t *)&follow->bell, follow_on_closed);
}
