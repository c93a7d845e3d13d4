/* A kernel for a test to play with, in the same process: a small company of its own, a manual
 * clock, an empty store.
 *
 *   struct kernel_rig rig;
 *   rig_open(&rig);                                    // Monday 2026-03-02 09:00 in Shanghai
 *   rig.as = "ben";                                    // NULL: the administrator
 *   struct rd_value job = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x'}}");
 *   rig_no(&rig, "wrong_state", "/event", "case.act", "{'id': '%s', 'event': 'resume'}",
 *          t_text(job, "id"));
 *   rig_close(&rig);
 *
 * In params ' stands for ". Values live until the rig is closed; t_at and its kin read them.
 */
#ifndef RD_TESTS_KERNEL_RIG_H
#define RD_TESTS_KERNEL_RIG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "common/t.h"
#include "kernel/kernel.h"
#include "unit/unit.h"

#define RIG_START_MS 1772413200000ll /* 2026-03-02T09:00:00+08:00, a Monday */
#define RIG_HOUR_MS 3600000ll

struct kernel_rig {
    struct rd_arena arena;
    char dir[UNIT_DIR_MAX], data[UNIT_DIR_MAX + 16], policy[UNIT_DIR_MAX + 16];
    struct rd_kernel *kernel;
    struct rd_findings findings;
    struct rd_kernel_start start;
    const char *as;        /* sent along with every call that takes it; NULL: not */
    struct rd_peer peer;   /* INSIDE unless a test says otherwise */
    enum rd_status status; /* of the last call or opening */
    struct rd_error error;
    bool clock_real;
    const char *policy_key; /* NULL: policies need no signature */
};

/* The company's files, as the rig writes them: "rules/company.lua" and "scripts/job.lua". */
extern const char RIG_COMPANY_TEXT[];
extern const char RIG_JOB_TEXT[];

/* Makes the directory and the policy; opens nothing. */
void rig_make(struct kernel_rig *rig);
/* rig_make, and a kernel on it. */
void rig_open(struct kernel_rig *rig);
/* Opens (again) on what is in the directory; `fresh`: the store is made anew from the journal. */
enum rd_status rig_start(struct kernel_rig *rig, bool fresh);
/* Closes the kernel, keeps the directory. */
void rig_stop(struct kernel_rig *rig);
void rig_close(struct kernel_rig *rig);

/* Replaces `from` by `to` in the company's job.lua. */
void rig_edit(struct kernel_rig *rig, const char *from, const char *to);

/* JSON in which ' stands for ". */
struct rd_value rig_json(struct kernel_rig *rig, const char *format, ...) RD_PRINTF(2, 3);
/* The value as JSON. */
const char *rig_show(struct kernel_rig *rig, struct rd_value value);
/* One call; its status and error are the rig's. */
struct rd_value rig_call(struct kernel_rig *rig, const char *method, struct rd_value params);
/* Whether the method has a parameter `as`: without one, the rig's is left out. */
bool rig_takes_as(const char *method);
/* A call that must succeed. */
struct rd_value rig_ok(struct kernel_rig *rig, const char *method, const char *format, ...)
    RD_PRINTF(3, 4);
/* A call that must be refused by this name at this place (NULL: wherever). */
void rig_no(struct kernel_rig *rig, const char *name, const char *where, const char *method,
            const char *format, ...) RD_PRINTF(5, 6);

/* Opens a job as ben, who is a handler in gz; its id. */
const char *rig_job(struct kernel_rig *rig, const char *subject);
/* case.act as ben, must succeed. */
struct rd_value rig_act(struct kernel_rig *rig, const char *id, const char *event);
void rig_advance(struct kernel_rig *rig, const char *by);
/* The digest of the store's contents. */
void rig_digest(struct kernel_rig *rig, unsigned char out[32]);
/* That a rebuild from the journal has the same contents; the kernel is open afterwards. */
void rig_expect_rebuild_equal(struct kernel_rig *rig);

#endif
