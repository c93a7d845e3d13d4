/* Bulk: entries of 48 KiB, so that disks fill up and segments roll over within seconds. */
#ifndef RD_TESTS_FAULT_BULK_H
#define RD_TESTS_FAULT_BULK_H

#include "common/t.h"

#define F_BULK_BYTES (48 * 1024)

struct f_bulk {
    char id[32];     /* the ticket that is written to */
    int64_t version; /* of the last answer */
    int note;        /* number of the last note that was answered */
};

/* Opens a ticket of the shop. */
void f_bulk_init(struct f_bulk *bulk, struct t_daemon *d);
/* Writes the next note (with a key of its number); what became of it. Counted only when RD_OK. */
enum rd_status f_bulk_write(struct f_bulk *bulk, struct t_daemon *d);
/* Whether the ticket is just as the last answer said. A note that was not answered may be there or
 * not: it is asked for again first, where `again`. */
void f_bulk_check(struct f_bulk *bulk, struct t_daemon *d, bool again);

#endif
