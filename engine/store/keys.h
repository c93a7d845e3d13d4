/* Keys of persons: what sealed texts (base/sealed.h) are opened with. They are the one thing in a
 * data directory that is not made from the journal, and the one thing that is ever destroyed.
 *
 *   DIR/keys/00005    slot n of 32 bytes: the key of the record with number n of the type 5
 *
 * A slot is all zeros (nobody has asked for it), a key, or all ones (destroyed, for ever). Keys are
 * drawn a block of RD_KEYS_BLOCK slots at a time, ahead of their use, so that a key is on disk
 * before an entry needs it and few flushes are spent on them. Destroying writes over the slot in
 * place. What a disk keeps of what was written over (flash memory, copy-on-write file systems,
 * snapshots) is beyond us: docs/security.md.
 *
 * One thread writes; `find` may be called by others beside it, each with a rd_keys of its own.
 */
#ifndef RD_STORE_KEYS_H
#define RD_STORE_KEYS_H

#include "base/error.h"
#include "base/sealed.h"

#define RD_KEYS_DIR "keys"
#define RD_KEYS_BLOCK 1024u /* slots */

struct rd_keys;

/* The keys of a data directory; nothing is made before somebody needs a key. */
struct rd_keys *rd_keys_new(const char *data_dir);
/* NULL is fine. */
void rd_keys_free(struct rd_keys *keys);
/* Makes the keys the sealer that opens. It keeps what it opened lately until a key is written or
 * destroyed through these keys, or they are freed: for one thread, and no longer than they live. */
struct rd_sealer rd_keys_sealer(struct rd_keys *keys);
/* Keys are drawn by this from now on (simulations and tests, which want the same journal again);
 * NULL: by chance. */
void rd_keys_draw_by(struct rd_keys *keys, void (*draw)(void *context, void *bytes, size_t len),
                     void *context);
/* Keys of this directory are missing (they may come back): from now on none is drawn but for whom
 * it is asked, and for later records. */
void rd_keys_spare(struct rd_keys *keys);
/* How many bytes of keys there are on disk: 0 where there never was any. */
uint64_t rd_keys_bytes(struct rd_keys *keys);

/* What is known of the person's key; `context`: the rd_keys. */
enum rd_seal_key rd_keys_find(void *context, uint64_t person, unsigned char key[RD_SEAL_KEY_BYTES]);
/* The same, drawn where there is none yet: it is on disk then. RD_ERASED: it was destroyed.
 * RD_STORAGE_FULL, RD_IO. */
enum rd_status rd_keys_give(struct rd_keys *keys, uint64_t person,
                            unsigned char key[RD_SEAL_KEY_BYTES],
                            struct rd_error *error) RD_MUST_CHECK;
/* Keeps keys that come from elsewhere (a standby follows): where there is none yet; on disk when it
 * returns. One that was destroyed here stays so. */
enum rd_status rd_keys_take(struct rd_keys *keys, const uint64_t *persons,
                            unsigned char (*of)[RD_SEAL_KEY_BYTES], size_t count,
                            struct rd_error *error) RD_MUST_CHECK;
/* Puts a key in the place of one that is missing or another (a repair, which has tried it): on disk
 * when it returns. RD_ERASED: it was destroyed, and stays so. */
enum rd_status rd_keys_mend(struct rd_keys *keys, uint64_t person,
                            const unsigned char key[RD_SEAL_KEY_BYTES],
                            struct rd_error *error) RD_MUST_CHECK;
/* Destroys them, whether there are any or not: on disk when it returns. */
enum rd_status rd_keys_destroy(struct rd_keys *keys, const uint64_t *persons, size_t count,
                               struct rd_error *error) RD_MUST_CHECK;

/* The data directory of a directory of segments (DIR/journal): DIR. */
void rd_keys_dir_of(const char *journal_dir, char *out, size_t room);
/* Copies every key from DIR/keys to another directory's keys and reads them back (backups and
 * restores). A key that only the other one has stays, and so does what was destroyed there. RD_OK
 * also where there are none. */
enum rd_status rd_keys_copy(const char *from_dir, const char *to_dir,
                            struct rd_error *error) RD_MUST_CHECK;

#endif
