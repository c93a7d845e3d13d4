/* Findings: a list of sentences with places, kept in the order in which they were found.
 *
 * Everything is copied into the list's arena, so that whoever finds something owns nothing. A
 * policy that is wrong all over must not fill the memory: beyond FINDINGS_MAX they are only
 * counted.
 */
#include "domain/finding.h"

#include <stdarg.h>
#include <string.h>

#define FINDINGS_MAX 1000

void rd_findings_init(struct rd_findings *findings, struct rd_arena *arena)
{
    RD_ASSERT(arena != NULL);
    *findings = (struct rd_findings){ .arena = arena };
}

static void RD_PRINTF(5, 0) finding_add(struct rd_findings *findings, const char *file, int line,
                                        bool error, const char *format, va_list args)
{
    size_t *counter = error ? &findings->errors : &findings->warnings;
    ++*counter;
    if (findings->errors + findings->warnings > FINDINGS_MAX)
        return;
    struct rd_finding *finding = rd_arena_zalloc(findings->arena, 1, sizeof(*finding));
    finding->file = rd_arena_copy(findings->arena, file, strlen(file));
    finding->line = line;
    finding->error = error;
    finding->text = rd_arena_vprintf(findings->arena, format, args);
    if (findings->last)
        findings->last->next = finding;
    else
        findings->first = finding;
    findings->last = finding;
}

void rd_finding_error(struct rd_findings *findings, const char *file, int line, const char *format,
                      ...)
{
    va_list args;
    va_start(args, format);
    finding_add(findings, file, line, true, format, args);
    va_end(args);
}

void rd_finding_warning(struct rd_findings *findings, const char *file, int line,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    finding_add(findings, file, line, false, format, args);
    va_end(args);
}
