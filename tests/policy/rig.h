/* What the policy suites share: loading texts as a policy, reading findings, calling a guard or
 * action by name. */
#ifndef RD_TESTS_POLICY_RIG_H
#define RD_TESTS_POLICY_RIG_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "policy/policy.h"
#include "unit/unit.h"

/* A company with one record, so that a workflow for it is whole. */
static const char RIG_COMPANY[] =
    "return {\n"
    "  company { name = \"c\", zone = \"Asia/Shanghai\", currency = \"CNY\" },\n"
    "  calendar \"hotline\" { always = true },\n"
    "  organisation { roles = { \"staff\" }, units = { \"hq\" } },\n"
    "  record \"ticket\" { fields = { subject = text, amount = money, handler = account,\n"
    "    department = text { indexed = true }, tags = list_of(text), parent = reference \"ticket\" "
    "} },\n"
    "}\n";

struct rig {
    struct rd_arena arena;
    struct rd_findings findings;
    struct rd_policy *policy;
    struct rd_error error;
    enum rd_status status;
};

static inline void rig_begin(struct rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    rd_arena_init(&rig->arena);
    rd_findings_init(&rig->findings, &rig->arena);
}

static inline void rig_end(struct rig *rig)
{
    rd_policy_free(rig->policy);
    rd_arena_fini(&rig->arena);
}

static inline struct rd_policy_source rig_source(const char *path, const char *text)
{
    return (struct rd_policy_source){ path, text, strlen(text) };
}

/* Loads one file, beside the company where `company` says so. */
static inline void rig_load(struct rig *rig, bool company, const char *path, const char *text)
{
    struct rd_policy_source sources[2] = { rig_source("rules/company.lua", RIG_COMPANY),
                                           rig_source(path, text) };
    rig_begin(rig);
    const struct rd_policy_source *first = company ? sources : sources + 1;
    rig->status =
        rd_policy_load(first, company ? 2 : 1, NULL, &rig->findings, &rig->policy, &rig->error);
}

/* All findings as "FILE:LINE: text" lines, warnings with "warning: " before the text. */
static inline const char *rig_findings(struct rig *rig)
{
    const char *all = "";
    for (const struct rd_finding *finding = rig->findings.first; finding; finding = finding->next)
        all = rd_arena_printf(&rig->arena, "%s%s%s:%d: %s%s", all, *all ? "\n" : "", finding->file,
                              finding->line, finding->error ? "" : "warning: ", finding->text);
    return all;
}

static inline void rig_load_import(struct rig *rig, const char *text)
{
    struct rd_policy_source source = rig_source("scripts/import/x.lua", text);
    rig_begin(rig);
    rig->status = rd_policy_load_import(&source, &rig->findings, &rig->policy, &rig->error);
}

static inline const char *rig_json(struct rig *rig, const struct rd_value *value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, value);
    const char *text = rd_arena_copy(&rig->arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* The value at a path such as "workflows.0.states.1.name" in the normal form; fails where there is
 * none. */
static inline const struct rd_value *rig_at(struct rig *rig, const char *path)
{
    const struct rd_value *value = rd_policy_normal(rig->policy);
    char step[128];
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, ".");
        snprintf(step, sizeof(step), "%.*s", (int)len, at);
        at += len + (at[len] == '.');
        if (value && value->kind == RD_LIST && strspn(step, "0123456789") == strlen(step))
            value = (uint32_t)atoi(step) < value->count ? &value->items[atoi(step)] : NULL;
        else
            value = rd_map_get(value, step);
        ck_assert_msg(value != NULL, "no '%s' in %s", step, path);
    }
    return value;
}

/* That the normal form has this JSON at the path. */
static inline void rig_expect(struct rig *rig, const char *path, const char *json)
{
    ck_assert_str_eq(rig_json(rig, rig_at(rig, path)), json);
}

/* A policy whose guard (or action) has this text as its body, `f` being its parameter; `before`
 * stands above it. */
static inline void rig_function_load(struct rig *rig, const char *before, const char *kind,
                                     const char *body)
{
    static char text[65536];
    snprintf(text, sizeof(text),
             "%s\nreturn {\n  workflow \"ticket\" { version = 1, initial = \"a\",\n"
             "    open = { event = \"open\" },\n"
             "    states = { a = { on = { go = %s },\n"
             "      after = { \"1 day\", go = \"b\" } }, b = { final = true } },\n"
             "    %ss = { x = function(f) %s end },\n  } }\n",
             before,
             strcmp(kind, "guard") == 0 ? "{ { go = \"b\", when = \"x\" }, {} }"
                                        : "{ go = \"b\", run = \"x\" }",
             kind, body);
    rig_load(rig, true, "scripts/ticket.lua", text);
}

/* The same, and it loads. */
static inline void rig_function(struct rig *rig, const char *before, const char *kind,
                                const char *body)
{
    rig_function_load(rig, before, kind, body);
    ck_assert_msg(rig->status == RD_OK, "%s\n%s", rig->error.text, rig_findings(rig));
}

/* Calls the policy's only function with the facts (JSON). */
static inline enum rd_status rig_call(struct rig *rig, const char *facts, struct rd_value *result)
{
    struct rd_value value;
    enum rd_status parsed =
        rd_json_parse(&rig->arena, facts, strlen(facts), 32, &value, &rig->error);
    ck_assert_int_eq(parsed, RD_OK);
    rig->error = RD_ERROR_NONE;
    return rd_policy_call(rig->policy, 1, &value, &rig->arena, result, &rig->error);
}

#endif
