/* What the vault's own files share: vault.c (applying, committing, finding) and vault_open.c
 * (locking, recovery, rebuild). The repair takes the lock in it; nobody else includes it. */
#ifndef RD_STORE_VAULT_INNER_H
#define RD_STORE_VAULT_INNER_H

#include "base/arena.h"
#include "store/vault.h"

#define VAULT_POSITION_KEY "vaultpos" /* 8 letters, in META: how far the store has got */
#define VAULT_POSITION_FORMAT 1u
#define VAULT_POSITION_BYTES (1 + 8 + 8 + RD_HASH_BYTES)

/* How far something has got. seq 0: nowhere. */
struct vault_mark {
    uint64_t seq;
    struct rd_position position;
    unsigned char hash[RD_HASH_BYTES];
};

struct rd_vault {
    struct rd_vault_options options;
    char *dir;
    int lock_fd;
    struct rd_journal *journal;
    struct rd_store *store;
    struct vault_mark committed, sealed, applied;
    int64_t sealed_ns;
    bool started; /* what is sealed is being committed */
    struct rd_turn *turn;
    bool blocked; /* the last commit found no room */
    int64_t retry_ns;
    uint64_t found_seq; /* a flushed entry that was looked up, and where the one behind it lies */
    struct rd_position found_next;
    struct rd_arena arena;
};

/* Takes the directory for this process, whose lock_fd (-1 before) holds it then; makes it where it
 * is missing. RD_IN_USE names who has it. */
enum rd_status vault_lock(struct rd_vault *vault, struct rd_error *error) RD_MUST_CHECK;
/* Applies everything behind the committed place, up to `upto`; nothing else may be applied. */
enum rd_status vault_replay(struct rd_vault *vault, uint64_t upto,
                            struct rd_error *error) RD_MUST_CHECK;
/* Commits what is applied, all of which must be flushed, and waits for it. RD_STORAGE_FULL: nothing
 * was committed. */
enum rd_status vault_commit_once(struct rd_vault *vault, struct rd_error *error) RD_MUST_CHECK;

static inline void vault_be64_put(unsigned char *at, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (unsigned char)(v >> (56 - 8 * i));
    }
}

static inline uint64_t vault_be64_get(const unsigned char *at)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v = v << 8 | at[i];
    }
    return v;
}

#endif
