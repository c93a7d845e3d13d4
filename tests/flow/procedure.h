/* What the suites of the complaint's procedure share: the company's people at work.
 *
 * Everybody acts through the administrator's Unix socket with `as`, so that the entries name both.
 * Forms are JSON in which ' stands for ".
 */
#ifndef RD_TESTS_FLOW_PROCEDURE_H
#define RD_TESTS_FLOW_PROCEDURE_H

#include "common/t.h"

/* A customer of Ben's (who is handler in Guangzhou); its id. */
const char *p_customer(struct t_daemon *d, const char *name);
/* A complaint about billing that `as` takes in; the whole reply. */
struct rd_value p_open(struct t_daemon *d, const char *as, const char *customer);
/* An event; the whole reply. */
struct rd_value p_act(struct t_daemon *d, const char *as, const char *id, const char *event,
                      const char *form);
/* An event that is refused with this name. */
struct rd_error p_refused(struct t_daemon *d, const char *name, const char *as, const char *id,
                          const char *event, const char *form);
/* The event, and the state that it must lead to. */
void p_step(struct t_daemon *d, const char *as, const char *id, const char *event, const char *form,
            const char *state);
/* A new customer's complaint, taken in by Ben; its id. */
const char *p_received(struct t_daemon *d);
/* The same, verified and with the finance department. */
const char *p_with_department(struct t_daemon *d);
/* The record as an administrator reads it. */
struct rd_value p_get(struct t_daemon *d, const char *id);
const char *p_state(struct t_daemon *d, const char *id);
/* When the deadline is due ("2026-03-09T03:00:00Z"), "paused" where it stands still, "none". */
const char *p_due(struct t_daemon *d, const char *id, const char *deadline);
/* The newest sequence. */
int64_t p_seq(struct t_daemon *d);
/* To a time of the company's zone: "2026-03-09 11:00". */
struct rd_value p_clock(struct t_daemon *d, const char *local);
/* How many notices on this record have gone to the account so far. */
int p_told(struct t_daemon *d, const char *id, const char *account);
/* The value as JSON, whole, for comparing. */
const char *p_json(struct t_daemon *d, struct rd_value value);
/* Whether the decisions of a reply or an entry name this rule; if so its outcome, otherwise NULL.
 */
const char *p_outcome(struct rd_value reply, const char *rule);

#endif
