/* Signatures of policies. What is signed is the hash that names the generation, behind words that
 * keep the signature from being taken for one of anything else:
 *
 *   "redress policy\n" + 64 hexadecimal digits + "\n"
 *
 * The text of the signature goes into the generation's row, so that a rollback and a confirmation
 * can be asked for it again, whatever the directory holds by then.
 */
#include "kernel/signed.h"

#include <stdio.h>
#include <string.h>

#include "policy/policy.h"

#define SIGNED_MAX (sizeof "redress policy\n\n" + RD_POLICY_HASH_TEXT)

static size_t signed_bytes(const char *hash, char out[SIGNED_MAX])
{
    return (size_t)snprintf(out, SIGNED_MAX, "redress policy\n%s\n", hash);
}

void rd_signed_make(const struct rd_sign_key *key, const char *hash, char out[RD_SIGN_TEXT_MAX])
{
    char bytes[SIGNED_MAX];
    rd_sign_text(key, bytes, signed_bytes(hash, bytes), out);
}

void rd_signed_read(const char *dir, char out[RD_SIGN_TEXT_MAX])
{
    struct rd_arena arena;
    char line[RD_SIGN_TEXT_MAX + 1] = "";
    rd_arena_init(&arena);
    FILE *file = fopen(rd_arena_join(&arena, dir, "/" RD_SIGNED_FILE), "re");
    if (file && !fgets(line, sizeof line, file))
        line[0] = 0;
    if (file)
        fclose(file);
    line[strcspn(line, "\r\n")] = 0;
    snprintf(out, RD_SIGN_TEXT_MAX, "%.*s", RD_SIGN_TEXT_MAX - 1,
             strlen(line) < RD_SIGN_TEXT_MAX ? line : "");
    rd_arena_fini(&arena);
}

enum rd_status rd_signed_check(const struct rd_sign_key *key, const char *hash, const char *text,
                               const char *what, struct rd_error *error)
{
    char bytes[SIGNED_MAX];
    if (text && *text && rd_sign_check(key, bytes, signed_bytes(hash, bytes), text))
        return RD_OK;
    return rd_error_set(error, RD_POLICY_UNSIGNED,
                        text && *text ? "%s (%.12s) bears a signature that is not key %s's of it"
                                      : "%s (%.12s) is not signed, and only what key %s signs "
                                        "comes into force (redress policy sign)",
                        what, hash, key->name);
}
