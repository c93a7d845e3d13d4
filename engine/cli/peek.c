/* Looking into a store. LMDB trusts its pages: one that was damaged leads it anywhere, and a file
 * that was cut short ends whoever reads behind its end. So the looking is done by a child, and what
 * it saw so far lies in memory that both have. */
#include "cli/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/apply.h"
#include "domain/catalogue.h"
#include "store/keys.h"
#include "store/vault.h"

/* A vault with what applying needs, and no kernel: no policy, no Lua. */
struct peek_vault {
    struct rd_catalogue catalogue;
    struct rd_apply apply;
    struct rd_keys *keys; /* what indexes are made of may be sealed */
    struct rd_vault *vault;
};

static enum rd_status peek_open(struct peek_vault *with, struct rd_vault_options options,
                                struct rd_error *error)
{
    rd_catalogue_init(&with->catalogue, NULL);
    with->keys = rd_keys_new(options.dir);
    with->catalogue.names.sealer = rd_keys_sealer(with->keys);
    rd_apply_init(&with->apply, &with->catalogue);
    with->vault = NULL;
    options.apply = rd_apply_entry;
    options.context = &with->apply;
    return rd_vault_open(&options, &with->vault, NULL, error);
}

static void peek_close(struct peek_vault *with)
{
    rd_vault_close(with->vault);
    rd_apply_fini(&with->apply);
    rd_catalogue_fini(&with->catalogue);
    rd_keys_free(with->keys);
}

static enum rd_status peek_tables(struct rd_vault *vault, struct rd_peek *look,
                                  struct rd_error *error)
{
    struct rd_store *store = rd_vault_store(vault);
    look->entries = rd_journal_last_seq(rd_vault_journal(vault));
    enum rd_status status = RD_OK;
    for (int i = RD_TABLE_META + 1; status == RD_OK && i < RD_TABLE_COUNT; i++) {
        struct rd_peek_table *table = &look->tables[i];
        status = rd_store_table_digest(store, (enum rd_table)i, table->digest, &table->rows, error);
        table->read = status == RD_OK;
    }
    if (status == RD_OK)
        status = rd_store_digest(store, look->digest, error);
    look->whole = status == RD_OK;
    return status;
}

static void peek_open_and_look(const char *dir, void *shared)
{
    struct rd_peek *look = shared;
    struct peek_vault with;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = peek_open(&with, (struct rd_vault_options){ .dir = dir }, &error);
    if (status == RD_OK)
        status = peek_tables(with.vault, look, &error);
    look->status = status;
    snprintf(look->text, sizeof look->text, "%.255s", error.text);
    peek_close(&with);
}

struct peek_mark {
    enum rd_status status;
    char text[256];
    uint64_t seq;
    unsigned char hash[RD_HASH_BYTES];
};

static void peek_at_mark(const char *dir, void *shared)
{
    struct peek_mark *mark = shared;
    struct rd_error error = RD_ERROR_NONE;
    mark->status = rd_vault_reached(dir, &mark->seq, mark->hash, &error);
    snprintf(mark->text, sizeof mark->text, "%.255s", error.text);
}

static void peek_child(void (*look)(const char *dir, void *shared), const char *dir, void *shared)
{
    const struct rlimit none = { 0, 0 };
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it holds the directory's lock: not longer than us */
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)setrlimit(RLIMIT_CORE, &none);
    if (quiet >= 0)
        (void)dup2(quiet, STDERR_FILENO); /* what it dies of is said by the parent */
    look(dir, shared);
}

/* Has a child look; what it saw is in `out`, and how it ended in *how. */
static enum rd_status peek_from_afar(void (*look)(const char *dir, void *shared), const char *dir,
                                     void *out, size_t bytes, int *how, struct rd_error *error)
{
    void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return rd_error_errno(error, RD_IO, errno, "no memory to look into the store");
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        peek_child(look, dir, shared);
        _exit(0);
    }
    bool ended = pid > 0 && waitpid(pid, how, 0) == pid;
    int errnum = errno;
    memcpy(out, shared, bytes);
    munmap(shared, bytes);
    return ended ? RD_OK
                 : rd_error_errno(error, RD_IO, errnum, "no process to look into the store");
}

enum rd_status rd_peek(const char *dir, struct rd_peek *look, struct rd_error *error)
{
    int how = 0;
    enum rd_status status =
        peek_from_afar(peek_open_and_look, dir, look, sizeof *look, &how, error);
    if (status != RD_OK)
        return status;
    look->signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (look->signal || (WIFEXITED(how) && WEXITSTATUS(how) != 0)) {
        look->status = RD_CORRUPT;
        snprintf(look->text, sizeof look->text, "reading it ends the program: %s",
                 look->signal ? strsignal(look->signal) : "it gives up");
    }
    return look->status == RD_IN_USE ? rd_error_set(error, RD_IN_USE, "%s", look->text) : RD_OK;
}

enum rd_status rd_peek_reached(const char *dir, uint64_t *seq, unsigned char hash[RD_HASH_BYTES],
                               struct rd_error *error)
{
    struct peek_mark mark = { .seq = 0 };
    int how = 0;
    *seq = 0;
    enum rd_status status = peek_from_afar(peek_at_mark, dir, &mark, sizeof mark, &how, error);
    if (status != RD_OK || !WIFEXITED(how) || WEXITSTATUS(how) != 0)
        return status;
    if (mark.status == RD_IN_USE)
        return rd_error_set(error, RD_IN_USE, "%s", mark.text);
    *seq = mark.status == RD_OK ? mark.seq : 0;
    memcpy(hash, mark.hash, RD_HASH_BYTES);
    return RD_OK;
}

enum rd_status rd_peek_fresh(const char *dir,
                             void (*progress)(void *context, uint64_t done, uint64_t all),
                             void *context, struct rd_peek *look, struct rd_error *error)
{
    struct peek_vault with;
    memset(look, 0, sizeof *look);
    struct rd_vault_options options = {
        .dir = dir, .aside = true, .progress = progress, .progress_context = context
    };
    enum rd_status status = peek_open(&with, options, error);
    if (status == RD_OK)
        status = peek_tables(with.vault, look, error);
    peek_close(&with);
    return status;
}
