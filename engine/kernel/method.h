/* The table of methods. */
#ifndef RD_KERNEL_METHOD_H
#define RD_KERNEL_METHOD_H

#include "kernel/kernel.h"

/* Finds the method, checks the parameters against its row and the actor against its authority, and
 * executes it. */
enum rd_status rd_method_call(struct rd_kernel *kernel, struct rd_request *request) RD_MUST_CHECK;

/* method_params.c: checks what was given against the method's row. RD_INVALID_PARAMS, naming the
 * first row that it does not meet, or a parameter that the method has not. */
enum rd_status rd_method_params(const struct rd_method *method,
                                struct rd_request *request) RD_MUST_CHECK;
/* Whether the check above can read the method's row: a kernel whose table it cannot does not start.
 */
bool rd_method_params_fit(const struct rd_method *method);

/* That every row has an authority, and one that rows of rules may name where it asks for one, is
 * asserted: a kernel with a method that nobody guards does not start. */
void rd_methods_check(void);

#endif
