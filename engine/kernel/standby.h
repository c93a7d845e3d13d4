/* Following another kernel's journal, and taking its place. See standby.c. */
#ifndef RD_KERNEL_STANDBY_H
#define RD_KERNEL_STANDBY_H

#include "kernel/inside.h"

/* The opened directory's marks: whether this kernel may write. */
enum rd_status rd_standby_open(struct rd_kernel *kernel, const char *follows,
                               struct rd_error *error) RD_MUST_CHECK;
/* RD_OK, or why nothing may be written here: RD_STANDBY, RD_FENCED. */
enum rd_status rd_standby_check(const struct rd_kernel *kernel,
                                struct rd_error *error) RD_MUST_CHECK;

/* The five methods, as the table of methods describes them. */
enum rd_status rd_method_journal_read(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_standby_fence(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_standby_promote(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_standby_status(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_standby_take(struct rd_kernel *kernel, struct rd_request *request);

#endif
