/* JSON to form: any JSON as the data of a case that is opened, and as parameters of any method of a
 * kernel with a small company. Everything is a rehearsal (dry_run) or reads only, so that one input
 * knows nothing of the one before.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/finding.h"
#include "kernel/kernel.h"

static const char RULES[] =
    "return {\n"
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  calendar 'office' { always = true },\n"
    "  organisation { roles = { 'staff' }, units = { 'hq', 'gz' },\n"
    "    accounts = { { 'ben', unit = 'gz', roles = { 'staff' } } } },\n"
    "  choices 'kinds' { 'plain', 'odd' },\n"
    "  record 'person' { fields = { name = text { required = true } } },\n"
    "  record 'job' { owner = 'keeper', unit = 'unit', fields = { subject = text { max = 40 },\n"
    "    amount = money { min = '-5.00' }, n = integer { min = -9 }, rate = number, born = date,\n"
    "    at = instant, kind = kinds, tags = list_of(text), who = reference 'person',\n"
    "    keeper = account, unit = unit, yes = boolean, many = list_of(integer) } },\n"
    "  workflow 'job' { version = 1, initial = 'new', open = { event = 'open' },\n"
    "    states = { new = { final = true } } },\n"
    "  authority { { { 'job.open', 'job.read', 'person.create', 'person.read',\n"
    "    'decision.evaluate', 'policy.info' }, from = 'staff' } },\n"
    "}\n";

static struct rd_kernel *kernel;
static char dir[FUZZ_DIR_MAX];

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    RD_ASSERT(file != NULL);
    RD_ASSERT(fputs(text, file) >= 0);
    fclose(file);
}

static void kernel_end(void)
{
    char command[128];
    rd_kernel_close(kernel);
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    RD_ASSERT(system(command) == 0);
}

static void kernel_begin(void)
{
    char path[128], data[128];
    struct rd_arena arena;
    struct rd_findings findings;
    struct rd_kernel_start start;
    struct rd_error error = RD_ERROR_NONE;
    fuzz_dir_make(dir, kernel_end);
    snprintf(data, sizeof(data), "%s/data", dir);
    snprintf(path, sizeof(path), "%s/rules", dir);
    RD_ASSERT(mkdir(path, 0700) == 0);
    snprintf(path, sizeof(path), "%s/rules/company.lua", dir);
    file_write(path, RULES);
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    struct rd_kernel_options options = { .data_dir = data, .policy_dir = dir };
    enum rd_status status = rd_kernel_open(&options, &findings, &kernel, &start, &error);
    if (status != RD_OK)
        fprintf(stderr, "%s: %s\n", error.text, findings.first ? findings.first->text : "");
    RD_ASSERT(status == RD_OK);
    rd_arena_fini(&arena);
}

static void reply_is_json(struct rd_arena *arena, const struct rd_request *request)
{
    struct rd_buf text;
    struct rd_value again;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&text);
    struct rd_value said =
        request->status == RD_OK ? request->result : rd_text(request->error.text);
    rd_json_write(&text, &said);
    enum rd_status status = rd_json_parse(arena, text.data, text.len, 256, &again, &error);
    if (status != RD_OK)
        fprintf(stderr, "%s: %s\n%.*s\n", request->method, error.text, (int)text.len, text.data);
    RD_ASSERT(status == RD_OK);
    rd_buf_fini(&text);
}

static void call(struct rd_arena *arena, const char *method, struct rd_value *params)
{
    struct rd_request request = {
        .arena = arena,
        .method = method,
        .params = params,
        .peer = { .door = RD_DOOR_INSIDE },
    };
    rd_kernel_call(kernel, &request);
    RD_ASSERT(request.status != RD_INTERNAL_ERROR && request.status != RD_CORRUPT);
    reply_is_json(arena, &request);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const READING[] = { "case.get",     "case.list",   "case.history",
                                           "report.run",   "view.rows",   "decision.evaluate",
                                           "calendar.add", "agenda.list", "policy.info" };
    struct rd_arena arena;
    struct rd_value given, params = rd_map();
    struct rd_error error = RD_ERROR_NONE;
    if (!kernel)
        kernel_begin();
    if (len == 0)
        return 0;
    rd_arena_init(&arena);
    if (rd_json_parse(&arena, (const char *)bytes + 1, len - 1, RD_MESSAGE_DEPTH_MAX, &given,
                      &error) == RD_OK) {
        rd_map_add(&arena, &params, "type", rd_text("job"));
        rd_map_add(&arena, &params, "data", given);
        rd_map_add(&arena, &params, "dry_run", rd_bool(true));
        rd_map_add(&arena, &params, "as", rd_text("ben"));
        call(&arena, "case.open", &params);
        if (given.kind == RD_MAP)
            call(&arena, READING[bytes[0] % (sizeof(READING) / sizeof(READING[0]))], &given);
    }
    rd_arena_fini(&arena);
    return 0;
}
