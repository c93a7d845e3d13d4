/* Marks of a data directory that outlast its daemon: that it follows another one, and that another
 * one has taken its place.
 *
 *   DATA/standby   it is a copy that follows: nobody but the one it follows writes into it
 *   DATA/fenced    another directory was promoted in its place: nobody ever writes into it again
 *
 *   DATA/promoted  it was a standby once and is none any more, whatever it is started with
 *
 * Each holds the epoch it was made in, as text.
 */
#ifndef RD_STORE_FENCE_H
#define RD_STORE_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define RD_MARK_STANDBY "standby"
#define RD_MARK_FENCED "fenced"
#define RD_MARK_PROMOTED "promoted"

/* Whether the mark is there, and its epoch (-1: there, but not readable). */
bool rd_mark_read(const char *dir, const char *mark, int64_t *epoch);
/* Makes it; durable afterwards. */
enum rd_status rd_mark_write(const char *dir, const char *mark, int64_t epoch,
                             struct rd_error *error) RD_MUST_CHECK;
/* Takes it away, where it is there; durable afterwards. */
enum rd_status rd_mark_remove(const char *dir, const char *mark,
                              struct rd_error *error) RD_MUST_CHECK;

#endif
