/* Keys of persons held against the journal: whether each sealed text of it can still be read, and
 * if not, whether it should be. Used by `store verify`, `store repair` and `backup verify`. */
#ifndef RD_CLI_KEYS_LOOK_H
#define RD_CLI_KEYS_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* What is known of the key of somebody of whom a text can't be read, or who was erased. */
enum rd_keys_word {
    RD_KEYS_MISSING, /* there is none, and no entry erased him */
    RD_KEYS_UNFIT,   /* it is another one than that of all his texts */
    RD_KEYS_MENDED,  /* of the first two: the other directory had it, and it is (would be) taken */
    RD_KEYS_RENEWED, /* of the first: a new one is (would be) drawn; what was sealed stays so */
    RD_KEYS_DESTROYED, /* it was, though no entry of this journal says so: a restore to a time
                          before the erasure looks like that */
    RD_KEYS_ERASED,    /* an entry erased him */
    RD_KEYS_WORDS
};

struct rd_keys_options {
    const char *data;   /* the data directory, or a backup; nobody may hold it where `change` */
    uint64_t until_seq; /* the last entry that is looked at; 0: all that there are */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* bytes of the journal; NULL */
    void *context;
    const char *from; /* another one with keys of this history (a backup, a standby's), or NULL */
    bool change;      /* what is missing is put there; else nothing is written */
    bool renew;       /* who has no key, and none in `from`, gets a new one */
};

struct rd_keys_look {
    uint64_t texts;                /* sealed ones, in all entries */
    uint64_t count[RD_KEYS_WORDS]; /* persons */
    uint64_t owed;                 /* erased ones whose key is there: the next start destroys it */
    struct rd_value persons;       /* [{ id, key: word, entry: of his first text }], by entry: those
                                      whose key is missing or unfit, RD_KEYS_TOLD_MAX at most */
};

/* Reads the journal of the data directory, which must hold (rd_repair_journal has said so), and
 * again where something is missing and there is a `from`: a key is taken from there only where
 * every text of his opens with it, so that none gets lost that could be read; never one that was
 * destroyed here, or whose person an entry erased. What is put is on disk when it returns. RD_OK
 * also where something is missing. RD_CHECK_FAILED, RD_CORRUPT: the journal does not hold. RD_IO.
 */
enum rd_status rd_keys_look(const struct rd_keys_options *options, struct rd_arena *arena,
                            struct rd_keys_look *out, struct rd_error *error) RD_MUST_CHECK;
/* For results: { ok, texts, missing, unfit, ..., owed, persons }. */
struct rd_value rd_keys_look_value(const struct rd_keys_look *look, struct rd_arena *arena);
/* For people: a line of figures, and one for each person that is told of. */
void rd_keys_look_print(const struct rd_value *shown, struct rd_buf *out);
/* What one does about the keys of a data directory. */
#define RD_KEYS_ADVICE "`redress store repair --from DIR` takes keys from a backup or a standby"
/* What is wrong, as a sentence in the error that ends with `advice`: RD_CHECK_FAILED; RD_OK where
 * nothing is. */
enum rd_status rd_keys_look_verdict(const struct rd_keys_look *look, const char *advice,
                                    struct rd_error *error) RD_MUST_CHECK;

#endif
