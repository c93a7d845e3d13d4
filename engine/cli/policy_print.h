/* How findings of a policy check are printed, and what reference page and editor stubs have in
 * common. */
#ifndef RD_CLI_POLICY_PRINT_H
#define RD_CLI_POLICY_PRINT_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "domain/finding.h"
#include "policy/policy.h"

/* Each as FILE:LINE: sentence; warnings say so. */
void rd_policy_print_findings(FILE *to, const struct rd_findings *findings);
void rd_policy_put_findings(struct rd_buf *out, const struct rd_findings *findings);
/* The rules of a directory, which a command is about to use: where they are not usable
 * (RD_CHECK_FAILED) what was found goes to stderr. The sources are made in the arena; the caller
 * frees the policy, which is NULL where this failed. */
enum rd_status rd_policy_open_dir(struct rd_arena *arena, const char *dir,
                                  struct rd_policy_source **sources, size_t *count,
                                  struct rd_policy **policy, struct rd_error *error) RD_MUST_CHECK;

/* policy_findings.c: `sources` are what was checked, for the columns; none: all columns are 1. */
/* Where in its line the finding is, in letters from 1. */
int rd_policy_finding_column(const struct rd_finding *finding,
                             const struct rd_policy_source *sources, size_t count);
/* Each as FILE:LINE:COLUMN: sentence. */
void rd_policy_put_findings_at(struct rd_buf *out, const struct rd_findings *findings,
                               const struct rd_policy_source *sources, size_t count);
/* [{file, line, column, error, text}] in the arena. */
struct rd_value rd_policy_findings_value(struct rd_arena *arena, const struct rd_findings *findings,
                                         const struct rd_policy_source *sources, size_t count);
/* A SARIF 2.1.0 log in the arena. */
struct rd_value rd_policy_findings_sarif(struct rd_arena *arena, const struct rd_findings *findings,
                                         const struct rd_policy_source *sources, size_t count);

/* A kind of value that the schema's keys, items and rests may have. */
struct rd_policy_kind {
    const char *name;
    const char *en, *zh;
    const char *example; /* as it is written in a policy */
    const char *type;    /* as editors name it (LuaLS) */
};
const struct rd_policy_kind *rd_policy_kinds(size_t *count);
/* RD_CHECK_FAILED where the schema has a kind that nothing is known of. */
enum rd_status rd_policy_kind_find(const char *name, const struct rd_policy_kind **out,
                                   struct rd_error *error) RD_MUST_CHECK;
/* How a word is called in a file: "tell" for the schema's tell_effect. In the arena. */
const char *rd_policy_word_called(struct rd_arena *arena, const struct rd_value *word);

/* Chapters that no table tells, in Markdown (policy_prose.c). */
extern const char rd_policy_prose_begin[], rd_policy_prose_tables[], rd_policy_prose_types[],
    rd_policy_prose_limits[], rd_policy_prose_tests[], rd_policy_prose_functions[];

#endif
