/* The pages: the tables on disk, over LMDB; the only room that includes lmdb.h.
 *
 * Two threads at most: one reads (rd_pages_read and what is read with it), one writes a layer at a
 * time (rd_pages_take). Nothing else may run beside a growing map. */
#ifndef RD_STORE_PAGES_H
#define RD_STORE_PAGES_H

#include "store/layer.h"
#include "store/store.h"

struct rd_pages;

/* Opens the file in `dir`, making it and its tables where they are missing. `map_bytes` 0: as large
 * as the file needs. */
enum rd_status rd_pages_open(const char *dir, uint64_t map_bytes, struct rd_pages **out,
                             struct rd_error *error) RD_MUST_CHECK;
/* A value of the table META, copied, from a file of whatever format, which nobody in this process
 * may have open: nothing of it is made or changed. RD_NOT_FOUND (without a sentence): there is no
 * file, no such table, no such key, or no room for it. */
enum rd_status rd_pages_meta(const char *dir, const void *key, unsigned char *out, size_t room,
                             size_t *len, struct rd_error *error) RD_MUST_CHECK;
/* Readers must be ended. NULL is fine. */
void rd_pages_close(struct rd_pages *pages);

/* A reader: the pages as of the last commit, for as long as it is open. */
enum rd_status rd_pages_read(struct rd_pages *pages, void **reader,
                             struct rd_error *error) RD_MUST_CHECK;
/* The same reader, as of now, when it rested. */
enum rd_status rd_pages_renew(struct rd_pages *pages, void *reader,
                              struct rd_error *error) RD_MUST_CHECK;
void rd_pages_rest(void *reader);
void rd_pages_end(void *reader);

/* As rd_store_get. */
enum rd_status rd_pages_get(struct rd_pages *pages, void *reader, enum rd_table table,
                            const void *key, const void **bytes, size_t *len,
                            struct rd_error *error) RD_MUST_CHECK;
/* As a walk's start, next and end; at the end (key NULL) it is RD_OK. */
enum rd_status rd_pages_seek(struct rd_pages *pages, void *reader, enum rd_table table,
                             const void *from, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_pages_step(enum rd_table table, bool backwards, struct rd_pages_at *at,
                             struct rd_error *error) RD_MUST_CHECK;
void rd_pages_leave(struct rd_pages_at *at);

/* Writes a layer and commits it, with a full sync. RD_MAP_FULL, RD_STORAGE_FULL, RD_IO: the pages
 * are as they were. */
enum rd_status rd_pages_take(struct rd_pages *pages, const struct rd_layer *layer,
                             struct rd_error *error) RD_MUST_CHECK;
/* Whether somebody waits for the layer that is being written, or is about to: its thread lets
 * others in between its rows only where nobody does. Any thread. */
void rd_pages_urge(struct rd_pages *pages, bool urgent);
/* Another size of the map; no reader may be open. */
enum rd_status rd_pages_map(struct rd_pages *pages, uint64_t map_bytes,
                            struct rd_error *error) RD_MUST_CHECK;
uint64_t rd_pages_map_bytes(const struct rd_pages *pages);
uint64_t rd_pages_used_bytes(const struct rd_pages *pages);
/* `reader`: whose tables are measured. */
void rd_pages_stat(struct rd_pages *pages, void *reader, struct rd_store_stat *out);

#endif
