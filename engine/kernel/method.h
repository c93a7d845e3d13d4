/* The table of methods. */
#ifndef RD_KERNEL_METHOD_H
#define RD_KERNEL_METHOD_H

#include "kernel/kernel.h"

/* Finds the method, checks the parameters against its row and the actor against its authority, and
 * executes it. */
enum rd_status rd_method_call(struct rd_kernel *kernel, struct rd_request *request) RD_MUST_CHECK;

/* That every row has an authority, and one that rows of rules may name where it asks for one, is
 * asserted: a kernel with a method that nobody guards does not start. */
void rd_methods_check(void);

#endif
