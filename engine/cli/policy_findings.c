/* Findings of a check, for people, editors and code hosts: FILE:LINE:COLUMN: sentence, JSON, SARIF.
 *
 * A finding knows its line; the column is that of what its sentence quotes, where that stands in
 * the line, else of the line's first letter.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/policy_print.h"

/* The line of the source, without its end; NULL where there is no such line. */
static const char *findings_line(const struct rd_policy_source *source, int line, size_t *len)
{
    const char *at = source->text, *end = source->text + source->len;
    for (; line > 1 && at < end; line--) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next ? next + 1 : end;
    }
    const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    *len = (size_t)((stop ? stop : end) - at);
    return at < end ? at : NULL;
}

/* Letters, not bytes, from 1. */
static int findings_letters(const char *line, size_t bytes)
{
    int letters = 1;
    for (size_t i = 0; i < bytes; i++)
        letters += ((unsigned char)line[i] & 0xc0) != 0x80;
    return letters;
}

int rd_policy_finding_column(const struct rd_finding *finding,
                             const struct rd_policy_source *sources, size_t count)
{
    const char *line = NULL;
    size_t len = 0, first = 0;
    for (size_t i = 0; finding->file && finding->line > 0 && !line && i < count; i++)
        if (strcmp(sources[i].path, finding->file) == 0)
            line = findings_line(&sources[i], finding->line, &len);
    if (!line)
        return 1;
    while (first < len && (line[first] == ' ' || line[first] == '\t'))
        first++;
    for (const char *quote = strchr(finding->text, '\''); quote; quote = strchr(quote + 1, '\'')) {
        const char *close = strchr(quote + 1, '\'');
        size_t word = close ? (size_t)(close - quote - 1) : 0;
        const char *found = word ? memmem(line, len, quote + 1, word) : NULL;
        if (found)
            return findings_letters(line, (size_t)(found - line));
        if (!close)
            break;
        quote = close;
    }
    return findings_letters(line, first);
}

void rd_policy_put_findings_at(struct rd_buf *out, const struct rd_findings *findings,
                               const struct rd_policy_source *sources, size_t count)
{
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next) {
        if (finding->file && finding->line > 0 && count)
            rd_buf_printf(out, "%s:%d:%d: ", finding->file, finding->line,
                          rd_policy_finding_column(finding, sources, count));
        else if (finding->file && finding->line > 0)
            rd_buf_printf(out, "%s:%d: ", finding->file, finding->line);
        else if (finding->file)
            rd_buf_printf(out, "%s: ", finding->file);
        if (!finding->error)
            rd_buf_text(out, "warning: ");
        rd_output_plain(out, finding->text, strlen(finding->text));
        rd_buf_char(out, '\n');
    }
}

void rd_policy_put_findings(struct rd_buf *out, const struct rd_findings *findings)
{
    rd_policy_put_findings_at(out, findings, NULL, 0);
}

struct rd_value rd_policy_findings_value(struct rd_arena *arena, const struct rd_findings *findings,
                                         const struct rd_policy_source *sources, size_t count)
{
    struct rd_value list = rd_list();
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next) {
        struct rd_value item = rd_map();
        rd_map_set(arena, &item, "file", finding->file ? rd_text(finding->file) : rd_null());
        rd_map_set(arena, &item, "line", rd_int(finding->line));
        rd_map_set(arena, &item, "column",
                   rd_int(rd_policy_finding_column(finding, sources, count)));
        rd_map_set(arena, &item, "error", rd_bool(finding->error));
        rd_map_set(arena, &item, "text", rd_text(finding->text));
        rd_list_add(arena, &list, item);
    }
    return list;
}

/* ---- SARIF 2.1.0 (OASIS) ---- */

/* A path as a URI reference (RFC 3986): what is no unreserved letter is written by its bytes. */
static const char *sarif_uri(struct rd_arena *arena, const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = rd_arena_alloc(arena, 3 * strlen(path) + 1), *at = out;
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~/", c)) {
            *at++ = *path;
        } else {
            *at++ = '%';
            *at++ = digits[c >> 4];
            *at++ = digits[c & 15];
        }
    }
    *at = '\0';
    return out;
}

static struct rd_value sarif_place(struct rd_arena *arena, const struct rd_finding *finding,
                                   int column)
{
    struct rd_value artifact = rd_map(), region = rd_map(), physical = rd_map(), place = rd_map();
    rd_map_set(arena, &artifact, "uri",
               rd_text(finding->file ? sarif_uri(arena, finding->file) : "rules"));
    rd_map_set(arena, &region, "startLine", rd_int(finding->line > 0 ? finding->line : 1));
    rd_map_set(arena, &region, "startColumn", rd_int(column));
    rd_map_set(arena, &physical, "artifactLocation", artifact);
    rd_map_set(arena, &physical, "region", region);
    rd_map_set(arena, &place, "physicalLocation", physical);
    return place;
}

static struct rd_value sarif_result(struct rd_arena *arena, const struct rd_finding *finding,
                                    int column)
{
    struct rd_value message = rd_map(), places = rd_list(), result = rd_map();
    rd_map_set(arena, &message, "text", rd_text(finding->text));
    rd_list_add(arena, &places, sarif_place(arena, finding, column));
    rd_map_set(arena, &result, "ruleId", rd_text("policy.check"));
    rd_map_set(arena, &result, "level", rd_text(finding->error ? "error" : "warning"));
    rd_map_set(arena, &result, "message", message);
    rd_map_set(arena, &result, "locations", places);
    return result;
}

struct rd_value rd_policy_findings_sarif(struct rd_arena *arena, const struct rd_findings *findings,
                                         const struct rd_policy_source *sources, size_t count)
{
    struct rd_value driver = rd_map(), tool = rd_map(), run = rd_map(), runs = rd_list(),
                    results = rd_list(), log = rd_map();
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next)
        rd_list_add(
            arena, &results,
            sarif_result(arena, finding, rd_policy_finding_column(finding, sources, count)));
    rd_map_set(arena, &driver, "name", rd_text("redress"));
    rd_map_set(arena, &driver, "version", rd_text(RD_VERSION));
    rd_map_set(arena, &tool, "driver", driver);
    rd_map_set(arena, &run, "tool", tool);
    rd_map_set(arena, &run, "columnKind", rd_text("unicodeCodePoints"));
    rd_map_set(arena, &run, "results", results);
    rd_list_add(arena, &runs, run);
    rd_map_set(arena, &log, "$schema", rd_text("https://json.schemastore.org/sarif-2.1.0.json"));
    rd_map_set(arena, &log, "version", rd_text("2.1.0"));
    rd_map_set(arena, &log, "runs", runs);
    return log;
}
