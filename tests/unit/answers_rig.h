/* A company of its own for what people are told and answer for: cases of clients, with templates,
 * public labels, guidance and rules of accountability. See kernel_rig.h for the calls. */
#ifndef RD_TESTS_ANSWERS_RIG_H
#define RD_TESTS_ANSWERS_RIG_H

#include "unit/kernel_rig.h"

/* The company's only file besides the rig's own, "scripts/answers.lua". */
extern const char ANSWERS_TEXT[];

/* A kernel on it; `from` is replaced by `to` in the file beforehand (NULL: nothing is). */
void answers_open(struct kernel_rig *rig, const char *from, const char *to);
/* A client (whose id it gives) and his case, opened by ben; the case's id. */
const char *answers_client(struct kernel_rig *rig, const char *phone, const char *language);
const char *answers_case(struct kernel_rig *rig, const char *client);
/* All notices, as notice.list gives them to the administrator. */
struct rd_value answers_notices(struct kernel_rig *rig);
/* The text of the newest notice to this addressee; fails where there is none. */
const char *answers_told(struct kernel_rig *rig, const char *to);
/* That the policy is refused with just this finding of the file. */
void answers_refused(const char *from, const char *to, const char *finding);

#endif
