/* Backups of the running kernel's journal: backup.create, backup.status. See store/backup.h. */
#ifndef RD_KERNEL_BACKUP_H
#define RD_KERNEL_BACKUP_H

#include "kernel/inside.h"

/* The two methods, as the table of methods describes them. */
enum rd_status rd_method_backup_create(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_backup_status(struct rd_kernel *kernel, struct rd_request *request);

/* Answers the request whose backup is done: that request; or NULL. Between two batches. */
struct rd_request *rd_backing_slice(struct rd_kernel *kernel);
/* When it is worth a look: 0: at once; INT64_MAX: none is being made. */
int64_t rd_backing_wake_at(const struct rd_kernel *kernel);
/* Returns when the one under way is done; at once where there is none. */
void rd_backing_wait(struct rd_kernel *kernel);
/* The end of the kernel: stops the one under way and tells the request that waits. */
void rd_backing_fini(struct rd_kernel *kernel);

#endif
