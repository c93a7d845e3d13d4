/* Signatures of policies: where a key is configured, only what its holder has signed comes into
 * force. Inside the kernel, and for the command that signs. */
#ifndef RD_KERNEL_SIGNED_H
#define RD_KERNEL_SIGNED_H

#include "base/arena.h"
#include "base/error.h"
#include "store/sign.h"

#define RD_SIGNED_FILE "policy.sig" /* beside rules/ and scripts/: the signature's text, a line */

/* The signature of the policy of this hash (rd_policy_hash: all texts, tests included), by a key
 * that signs. */
void rd_signed_make(const struct rd_sign_key *key, const char *hash, char out[RD_SIGN_TEXT_MAX]);
/* What DIR/policy.sig holds; "" where there is none, or something that can be no signature. */
void rd_signed_read(const char *dir, char out[RD_SIGN_TEXT_MAX]);
/* RD_POLICY_UNSIGNED where the text (NULL or "": none) is not this key's signature of that hash.
 * `what` names the policy in the sentence. */
enum rd_status rd_signed_check(const struct rd_sign_key *key, const char *hash, const char *text,
                               const char *what, struct rd_error *error) RD_MUST_CHECK;

#endif
