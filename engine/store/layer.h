/* A layer: what was written to the tables and is not committed yet, in memory and in order. The
 * store reads through it; a commit takes it to the pages as a whole. */
#ifndef RD_STORE_LAYER_H
#define RD_STORE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct rd_layer;

/* One row of a layer. `gone`: there is none, whatever lies below says. `fresh`: there is none below
 * either, so that a row that goes again leaves nothing behind. */
struct rd_layer_row {
    unsigned char *bytes; /* the layer's */
    uint32_t len, room;
    bool gone, fresh;
};

/* An empty one; the caller frees it. */
struct rd_layer *rd_layer_new(void);
/* NULL is fine. */
void rd_layer_free(struct rd_layer *layer);
/* Forgets everything; the memory stays for what comes next. */
void rd_layer_reset(struct rd_layer *layer);

/* Puts and dels since new or reset; the bytes that they took. */
uint64_t rd_layer_writes(const struct rd_layer *layer);
size_t rd_layer_bytes(const struct rd_layer *layer);

/* The row of this key, or NULL: the layer says nothing of it. Borrowed until the next write. The
 * layer remembers where it was: for the writer's thread only, also once the layer is sealed. */
const struct rd_layer_row *rd_layer_get(struct rd_layer *layer, enum rd_table table,
                                        const void *key);
/* `fresh`: the caller knows that no layer and no page below has this key. */
void rd_layer_put(struct rd_layer *layer, enum rd_table table, const void *key, const void *bytes,
                  size_t len, bool fresh);
void rd_layer_del(struct rd_layer *layer, enum rd_table table, const void *key);

/* The first row whose key is >= `from` (backwards: the last whose key is <= it); false: none. */
bool rd_layer_seek(const struct rd_layer *layer, enum rd_table table, const void *from,
                   bool backwards, struct rd_layer_at *at);
bool rd_layer_step(struct rd_layer_at *at, bool backwards);
const unsigned char *rd_layer_key(const struct rd_layer_at *at);
const struct rd_layer_row *rd_layer_row(const struct rd_layer_at *at);

#endif
