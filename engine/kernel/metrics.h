/* Numbers for operators: what the kernel has counted, in Prometheus' text form, and the verdict
 * whether it may be given work. Counting is an addition a request; everything else is asked for. */
#ifndef RD_KERNEL_METRICS_H
#define RD_KERNEL_METRICS_H

#include "kernel/kernel.h"

/* How a request came out. */
enum rd_outcome {
    RD_OUTCOME_OK,
    RD_OUTCOME_REFUSED, /* the caller's: bad input, no authority, wrong state, busy */
    RD_OUTCOME_FAILED,  /* ours or the company's: no room, a disk, a policy fault, a mistake */
    RD_OUTCOMES
};

/* Requests so far, by method (in the order of rd_kernel_methods) and outcome. */
struct rd_metrics {
    uint64_t (*calls)[RD_OUTCOMES];
};

/* Nothing counted yet. */
void rd_metrics_init(struct rd_metrics *metrics);
/* Frees the counters. Safe on a zeroed one. */
void rd_metrics_fini(struct rd_metrics *metrics);
/* One more request of the method (its place in rd_kernel_methods) came out so. */
void rd_metrics_count(struct rd_metrics *metrics, size_t method, enum rd_status status);

/* { content_type, text }: the metrics, each with its HELP and TYPE. */
enum rd_status rd_method_server_metrics(struct rd_kernel *kernel, struct rd_request *request);
/* { live, ready, reasons = [{ code, text }], warnings = [{ code, text }] }: ready is false where a
 * reason stands; a warning is for whoever runs it, and says nothing against giving it work. */
enum rd_status rd_method_server_health(struct rd_kernel *kernel, struct rd_request *request);

#endif
