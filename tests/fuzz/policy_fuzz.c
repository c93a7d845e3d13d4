/* Policy files: any bytes as a file beside a small company. It loads, or there is a finding; where
 * it loads, its functions are called with facts of nothing.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/text.h"
#include "policy/policy.h"

static const char COMPANY[] =
    "return {\n"
    "  company { name = \"c\", zone = \"Asia/Shanghai\", currency = \"CNY\" },\n"
    "  calendar \"hotline\" { always = true },\n"
    "  organisation { roles = { \"staff\" }, units = { \"hq\" } },\n"
    "  record \"ticket\" { fields = { subject = text, amount = money, handler = account } },\n"
    "}\n";

static void findings_are_texts(const struct rd_findings *findings)
{
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next) {
        RD_ASSERT(rd_text_is_utf8(finding->text, strlen(finding->text)));
        RD_ASSERT(finding->line >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rd_policy_source sources[2] = {
        { "rules/company.lua", COMPANY, sizeof(COMPANY) - 1 },
        { "scripts/ticket.lua", (const char *)bytes, len },
    };
    struct rd_arena arena;
    struct rd_findings findings;
    struct rd_policy *policy = NULL;
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    enum rd_status status = rd_policy_load(sources, 2, NULL, &findings, &policy, &error);
    RD_ASSERT(status == RD_OK || findings.errors > 0 || status == RD_LIMIT_EXCEEDED);
    findings_are_texts(&findings);
    rd_policy_free(policy);
    rd_arena_fini(&arena);
    return 0;
}
