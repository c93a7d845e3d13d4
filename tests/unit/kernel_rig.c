/* A kernel for a test to play with. See kernel_rig.h. */
#include "unit/kernel_rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "common/company.h"
#include "policy/policy.h"

const char RIG_COMPANY_TEXT[] =
    "return {\n"
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  calendar 'office' { week = { { days = 'Monday..Friday',\n"
    "    hours = { '09:00-12:00', '13:00-18:00' } } } },\n"
    "  organisation {\n"
    "    roles = { 'staff', { 'handler', is = { 'staff' } }, { 'boss', is = { 'handler' } },\n"
    "              'administrator', 'importer', 'nobody' },\n"
    "    units = { 'hq', { 'gz', under = 'hq' }, { 'sz', under = 'hq' } },\n"
    "    accounts = {\n"
    "      { 'ann', unit = 'gz', roles = { 'staff' } },\n"
    "      { 'ben', unit = 'gz', group = 'g1', roles = { 'handler' }, uid = 4001 },\n"
    "      { 'sun', unit = 'sz', group = 'g1', roles = { 'handler' }, uid = 4002 },\n"
    "      { 'max', unit = 'hq', roles = { 'boss' } },\n"
    "      { 'imp', unit = 'hq', roles = { 'importer' } },\n"
    "      { 'adm', unit = 'hq', roles = { 'administrator' } },\n"
    "      { 'non', unit = 'gz', roles = { 'nobody' } },\n"
    "    },\n"
    "  },\n"
    "  choices 'kinds' { 'plain', 'odd' },\n"
    "  record 'person' { number = 'P-{0000}', unit = 'unit', owner = 'keeper', fields = {\n"
    "    name = text { required = true, indexed = true }, phone = text { unique = true },\n"
    "    score = integer { indexed = true, min = -1000000 }, worth = money { indexed = true },\n"
    "    rate = number { indexed = true }, born = date { indexed = true },\n"
    "    kind = kinds { default = 'plain' }, tags = list_of(text), keeper = account,\n"
    "    friends = list_of(reference 'person'), unit = unit { indexed = true }, note = text } },\n"
    "  authority {\n"
    "    { { 'person.create', 'person.update' }, from = { 'staff', 'administrator' } },\n"
    "    { 'person.read', from = 'staff', reach = 'unit' },\n"
    "    { { 'person.read', 'job.read', 'task.read' }, from = { 'boss', 'administrator' } },\n"
    "    { { 'job.read', 'task.read' }, from = 'staff', reach = 'unit' },\n"
    "    { { 'job.open', 'task.add' }, from = 'staff' },\n"
    "    { { 'job.work', 'job.wait', 'job.resume', 'job.done', 'job.poke', 'job.split', "
    "'job.many',\n"
    "        'job.flood', 'job.remind', 'job.forget', 'job.broken', 'job.twins', 'job.reopen',\n"
    "        'job.judge', 'job.drop', 'task.finish' }, from = 'handler', reach = 'unit' },\n"
    "    { 'job.grant', from = 'handler', reach = 'unit', up_to = 'grant.limit',\n"
    "      unless = { 'is_secret' } },\n"
    "    { { 'feed.subscribe', 'report.run', 'decision.evaluate', 'policy.info', 'notice.list' },\n"
    "      from = 'staff' },\n"
    "    { { 'import.run' }, from = 'importer' },\n"
    "    { { 'policy.reload', 'account.token' }, from = 'administrator' },\n"
    "  },\n"
    "  decision 'grant.limit' { input = { role = one_of { 'staff', 'handler', 'boss', "
    "'administrator',\n"
    "      'importer', 'nobody' } }, output = { limit = money },\n"
    "    hit = 'unique', rows = { { role = 'handler', limit = '100.00' },\n"
    "      { role = 'boss', limit = '1000.00' } }, otherwise = { limit = '0.00' } },\n"
    "}\n";

const char RIG_JOB_TEXT[] =
    "return {\n"
    "  record 'job' { number = 'J-{year}-{000}', owner = 'owner', unit = 'unit', fields = {\n"
    "    subject = text { required = true, indexed = true, max = 60000 }, amount = money,\n"
    "    owner = account, unit = unit, n = integer { default = 0 }, tasks = integer,\n"
    "    peer = reference 'job', person = reference 'person', secret = boolean,\n"
    "    seen = integer, sum = money, secret_of = text { unique = true }, size = integer },\n"
    "    indexes = { { 'subject', 'unit' } } },\n"
    "  record 'task' { fields = { job = reference 'job' { indexed = true }, title = text,\n"
    "    level = text { default = 'low' }, once = text { unique = true } } },\n"
    "  form 'opening' { of = 'job', fields = { 'subject', 'amount', 'peer', 'person', 'secret', "
    "'size',\n"
    "    { 'remark', text { max = 100 } } }, required = { 'subject' } },\n"
    "  form 'granting' { of = 'job', fields = { 'amount' }, required = { 'amount' } },\n"
    "  workflow 'job' { version = 1, initial = 'new', clock = 'office',\n"
    "    open = { event = 'open', form = 'opening', run = { 'take' } },\n"
    "    within = { '10 business days', escalate = true, tell = { 'owner', text = '{number} whole' "
    "} },\n"
    "    facts = { alike = count 'job' { same = { 'subject', 'unit' }, in_last = '24 hours' },\n"
    "      total = sum 'job' { field = 'amount', same = { 'subject', 'unit' } },\n"
    "      who = field 'person.name' },\n"
    "    states = {\n"
    "      new = { on = { work = 'working' },\n"
    "        after = { '4 hours', go = 'late', escalate = true,\n"
    "          tell = { 'boss', text = '{number} {state} {subject} {nothing}' } } },\n"
    "      late = { on = { work = 'working' }, after = { '2 days', escalate = true, run = { "
    "'remind' } } },\n"
    "      working = { on = { wait = 'waiting', done = 'closed', poke = { run = 'poke_peer' },\n"
    "          split = { run = 'split' }, many = { run = 'many' }, flood = { run = 'flood' },\n"
    "          remind = { run = 'remind' }, forget = { run = 'forget' }, broken = { run = 'broken' "
    "},\n"
    "          twins = { run = 'twins' }, judge = { run = 'judge' },\n"
    "          grant = { form = 'granting', go = 'granted', above = { go = 'new' } } },\n"
    "        after = { { '5 hours', escalate = true }, { '3 days', escalate = true } } },\n"
    "      waiting = { pause = true, on = { resume = 'working' }, after = { '30 days', go = "
    "'closed' } },\n"
    "      granted = { on = { done = 'closed', reopen = 'working' } },\n"
    "      closed = { final = true } },\n"
    "    always = { task_done = { run = 'count_task' }, rang = { run = 'count_ring' },\n"
    "      burst = { run = 'broken' }, drop = { go = 'closed', except = { 'new' } } },\n"
    "    guards = { is_secret = function(f) return f.secret == true, 'it is no secret' end },\n"
    "    actions = {\n"
    "      take = function(f) return set { owner = f.actor.account, unit = f.actor.unit } end,\n"
    "      judge = function(f) return { set { seen = f.alike, sum = f.total }, tell { 'owner', "
    "text = f.who or '-' } } end,\n"
    "      poke_peer = function(f) return send 'poke' { to = f.peer } end,\n"
    "      split = function(f) return { start 'task' { job = f.id, title = f.subject, link = "
    "'part' },\n"
    "        tell { 'handler', 'owner', text = '{number} split' } } end,\n"
    "      twins = function(f) return { start 'task' { job = f.id, once = 'same' },\n"
    "        start 'task' { job = f.id, once = 'same' } } end,\n"
    "      many = function(f) local list = {}\n"
    "        for i = 1, f.size do list[i] = start 'task' { job = f.id } end return list end,\n"
    "      flood = function(f) local list = {}\n"
    "        for i = 1, f.size do list[i] = set { n = i } end return list end,\n"
    "      remind = function(f) return deadline 'reminder' { '2 business hours', event = 'rang' } "
    "end,\n"
    "      forget = function(f) return { stop 'reminder', stop 'no such' } end,\n"
    "      count_ring = function(f) return { set { n = f.n + 1 },\n"
    "        f.n < 5 and deadline 'reminder' { '1 business hours', event = 'rang' } or nil } end,\n"
    "      broken = function(f) return set { n = 'not a number' } end,\n"
    "      count_task = function(f) return set { tasks = (f.tasks or 0) + 1 } end } },\n"
    "  workflow 'task' { version = 1, initial = 'open', open = { event = 'add' },\n"
    "    states = { open = { on = { finish = { go = 'finished', run = 'report' } },\n"
    "        after = { '1 day', go = 'finished', run = 'report' } },\n"
    "      finished = { final = true } },\n"
    "    actions = { report = function(f) if f.job then return send 'task_done' { to = f.job } end "
    "end } },\n"
    "}\n";

static void rig_policy_write(struct kernel_rig *rig, const char *path, const char *text)
{
    t_company_write(rig->policy, path, text);
}

void rig_make(struct kernel_rig *rig)
{
    memset(rig, 0, sizeof *rig);
    rd_arena_init(&rig->arena);
    unit_dir_make(rig->dir);
    snprintf(rig->data, sizeof rig->data, "%s/data", rig->dir);
    snprintf(rig->policy, sizeof rig->policy, "%s/policy", rig->dir);
    rig_policy_write(rig, "rules/company.lua", RIG_COMPANY_TEXT);
    rig_policy_write(rig, "scripts/job.lua", RIG_JOB_TEXT);
    rig->peer.door = RD_DOOR_INSIDE;
}

static const char *rig_findings(struct kernel_rig *rig)
{
    const char *all = "";
    for (const struct rd_finding *f = rig->findings.first; f; f = f->next)
        all = rd_arena_printf(&rig->arena, "%s%s:%d: %s\n", all, f->file, f->line, f->text);
    return all;
}

enum rd_status rig_start(struct kernel_rig *rig, bool fresh)
{
    struct rd_kernel_options options = {
        .data_dir = rig->data,
        .policy_dir = rig->policy,
        .policy_key = rig->policy_key,
        .segment_bytes = 1024 * 1024,
        .clock_manual = !rig->clock_real,
        .clock_start_ms = RIG_START_MS,
        .fresh_store = fresh,
    };
    rd_findings_init(&rig->findings, &rig->arena);
    rig->error = RD_ERROR_NONE;
    rig->status = rd_kernel_open(&options, &rig->findings, &rig->kernel, &rig->start, &rig->error);
    return rig->status;
}

void rig_open(struct kernel_rig *rig)
{
    rig_make(rig);
    ck_assert_msg(rig_start(rig, false) == RD_OK, "%s\n%s", rig->error.text, rig_findings(rig));
}

void rig_stop(struct kernel_rig *rig)
{
    rd_kernel_close(rig->kernel);
    rig->kernel = NULL;
}

void rig_close(struct kernel_rig *rig)
{
    rig_stop(rig);
    unit_dir_remove(rig->dir);
    rd_arena_fini(&rig->arena);
}

void rig_edit(struct kernel_rig *rig, const char *from, const char *to)
{
    t_company_edit(rig->policy, "scripts/job.lua", from, to);
}

struct rd_value rig_json(struct kernel_rig *rig, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value value = t_json_args(&rig->arena, format, args);
    va_end(args);
    return value;
}

const char *rig_show(struct kernel_rig *rig, struct rd_value value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, &value);
    const char *text = rd_arena_copy(&rig->arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

bool rig_takes_as(const char *method)
{
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    for (size_t i = 0; i < count; i++)
        for (const struct rd_method_param *p = methods[i].params; p->name; p++)
            if (strcmp(methods[i].name, method) == 0 && strcmp(p->name, "as") == 0)
                return true;
    return false;
}

struct rd_value rig_call(struct kernel_rig *rig, const char *method, struct rd_value params)
{
    struct rd_value *kept = rd_arena_zalloc(&rig->arena, 1, sizeof *kept);
    struct rd_arena arena; /* a request's own: what it leaves behind must not be needed */
    if (rig->as && params.kind == RD_MAP && rig_takes_as(method))
        rd_map_set(&rig->arena, &params, "as", rd_text(rig->as));
    *kept = params;
    rd_arena_init(&arena);
    struct rd_request request = {
        .arena = &arena, .method = method, .params = kept, .peer = rig->peer
    };
    rd_kernel_call(rig->kernel, &request);
    rig->status = request.status;
    rig->error = request.error;
    if (request.error.detail) {
        struct rd_value *detail = rd_arena_zalloc(&rig->arena, 1, sizeof *detail);
        *detail = rd_value_copy(&rig->arena, request.error.detail);
        rig->error.detail = detail;
    }
    struct rd_value result = rd_value_copy(&rig->arena, &request.result);
    rd_arena_fini(&arena);
    return result;
}

struct rd_value rig_ok(struct kernel_rig *rig, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value params = t_json_args(&rig->arena, format, args);
    va_end(args);
    struct rd_value result = rig_call(rig, method, params);
    ck_assert_msg(rig->status == RD_OK, "%s %s: %s at '%s': %s", method, t_show(params),
                  rd_status_name(rig->status), rig->error.where, rig->error.text);
    return result;
}

void rig_no(struct kernel_rig *rig, const char *name, const char *where, const char *method,
            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value params = t_json_args(&rig->arena, format, args);
    va_end(args);
    struct rd_value result = rig_call(rig, method, params);
    ck_assert_msg(rig->status != RD_OK, "%s %s: %s", method, t_show(params), t_show(result));
    ck_assert_msg(strcmp(rd_status_name(rig->status), name) == 0, "%s %s: %s: %s", method,
                  t_show(params), rd_status_name(rig->status), rig->error.text);
    ck_assert_msg(!where || strcmp(rig->error.where, where) == 0, "%s %s: at '%s': %s", method,
                  t_show(params), rig->error.where, rig->error.text);
    ck_assert_int_eq(rig->error.status, rig->status);
    ck_assert_str_ne(rig->error.text, "");
}

const char *rig_job(struct kernel_rig *rig, const char *subject)
{
    const char *before = rig->as;
    rig->as = "ben";
    struct rd_value job =
        rig_ok(rig, "case.open", "{'type': 'job', 'data': {'subject': '%s'}}", subject);
    rig->as = before;
    return t_text(job, "id");
}

struct rd_value rig_act(struct kernel_rig *rig, const char *id, const char *event)
{
    const char *before = rig->as;
    rig->as = "ben";
    struct rd_value done = rig_ok(rig, "case.act", "{'id': '%s', 'event': '%s'}", id, event);
    rig->as = before;
    return done;
}

void rig_advance(struct kernel_rig *rig, const char *by)
{
    rig_ok(rig, "clock.advance", "{'by': '%s'}", by);
}

void rig_digest(struct kernel_rig *rig, unsigned char out[32])
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_kernel_digest(rig->kernel, out, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

void rig_expect_rebuild_equal(struct kernel_rig *rig)
{
    unsigned char live[32], rebuilt[32];
    rig_digest(rig, live);
    rig_stop(rig);
    ck_assert_msg(rig_start(rig, true) == RD_OK, "%s\n%s", rig->error.text, rig_findings(rig));
    rig_digest(rig, rebuilt);
    ck_assert_mem_eq(live, rebuilt, sizeof live);
}
