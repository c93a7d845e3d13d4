/* What a data directory's store holds, looked at from a safe distance. */
#ifndef RD_CLI_PEEK_H
#define RD_CLI_PEEK_H

#include "base/error.h"
#include "store/journal.h"
#include "store/store.h"

/* How a look went on. A damaged page may end whoever reads it by a signal. */
struct rd_peek {
    enum rd_status status; /* of opening, and of the first table that could not be read */
    char text[256];        /* why */
    int signal;            /* that ended the look; 0: none did */
    uint64_t entries;      /* that the store has applied */
    struct rd_peek_table {
        bool read;
        uint64_t rows;
        unsigned char digest[32];
    } tables[RD_TABLE_COUNT];
    bool whole; /* all tables were read, and the digest is that of rd_store_digest */
    unsigned char digest[32];
};

/* Looks into the store of a directory that nobody holds, in a process of its own, which may die of
 * it: the caller does not. As with any start, what the store lacks of the journal is applied
 * first. The caller may have no threads. RD_IN_USE, RD_IO; RD_OK whatever was found. */
enum rd_status rd_peek(const char *dir, struct rd_peek *look, struct rd_error *error) RD_MUST_CHECK;
/* How far the store has got, as rd_vault_reached has it, found out in the same way. *seq 0: it says
 * nothing, or can't be read any more. */
enum rd_status rd_peek_reached(const char *dir, uint64_t *seq, unsigned char hash[RD_HASH_BYTES],
                               struct rd_error *error) RD_MUST_CHECK;
/* As rd_peek, of a store that is made from the journal for the purpose, beside the one that is
 * there, and in this process. */
enum rd_status rd_peek_fresh(const char *dir,
                             void (*progress)(void *context, uint64_t done, uint64_t all),
                             void *context, struct rd_peek *look,
                             struct rd_error *error) RD_MUST_CHECK;

#endif
