/* A company of its own for what people are told and answer for. See answers_rig.h. */
#include "unit/answers_rig.h"

#include <stdio.h>
#include <string.h>

#include "common/company.h"

const char ANSWERS_TEXT[] =
    "return {\n"
    "  choices 'tongues' { 'en', 'zh' },\n"
    "  choices 'colours' { { 'red', en = 'Red', zh = '红' }, { 'blue', en = 'Blue', zh = '蓝' } "
    "},\n"
    "  record 'client' { number = 'C-{000}', fields = {\n"
    "    name = text { required = true }, phone = text { max = 40, normal = 'phone' },\n"
    "    language = tongues, vow = text { secrecy = 'top_secret' } } },\n"
    "  record 'case' { number = 'K-{year}-{000}', owner = 'handler', unit = 'unit', fields = {\n"
    "    client = reference 'client' { required = true, indexed = true },\n"
    "    colour = colours { en = 'Colour', zh = '颜色' }, paid = money, handler = account,\n"
    "    head = account, unit = unit, done = boolean, met = instant, tags = list_of(colours),\n"
    "    result = text { en = 'Result', zh = '处理结果' }, note = text, again = integer { default "
    "= 0 } } },\n"
    "  record 'verdict' { number = 'V-{000}', owner = 'person', unit = 'unit', fields = {\n"
    "    rule = text, ground = text, consequence = text, person = account { indexed = true },\n"
    "    kind = one_of { 'direct', 'leadership' }, source = text, unit = unit,\n"
    "    confirm_by = roles, appeal_within = duration, seen = integer { default = 0 } },\n"
    "    indexes = { { 'rule', 'source', 'person' } } },\n"
    "  form 'case_opening' { of = 'case', fields = { 'client', 'colour', 'head', 'note' },\n"
    "    required = { 'client' } },\n"
    "  form 'asking' { of = 'case', fields = { { 'question', text { max = 200 } }, { 'by_day', "
    "date } },\n"
    "    required = { 'question' } },\n"
    "  form 'ending' { of = 'case', fields = { 'result', 'paid', 'done', 'met', 'tags' } },\n"
    "  template 'case.received' { of = 'case', title = { en = 'Receipt', zh = '受理' },\n"
    "    en = 'Dear {client.name}, {number} ({colour}) is {state} on {today}; answer by "
    "{due.within}. {actor.name}',\n"
    "    zh = "
    "'尊敬的{client.name}:{number}({colour}){state},{today};{due.within}前答复。{actor.name}' },\n"
    "  template 'case.question' { of = 'case', en = 'Please tell us: {form.question} "
    "({form.by_day})',\n"
    "    zh = '请补充:{form.question}({form.by_day})' },\n"
    "  template 'case.late' { of = 'case', en = '{number} is late: {due.within}', zh = "
    "'{number}超时:{due.within}' },\n"
    "  template 'case.result' { of = 'case', en = "
    "'{result}|{paid}|{done}|{met}|{tags}|{handler}|{unit}|{client}',\n"
    "    zh = '{result}|{paid}|{done}|{met}|{tags}|{handler}|{unit}|{client}' },\n"
    "  template 'client.hello' { of = 'client', en = 'Hello {name}', zh = '您好{name}' },\n"
    "  decision 'case.advice' { input = { colour = colours, again = integer, alike = integer },\n"
    "    output = { symptom = text, advice_en = text, advice_zh = text }, hit = 'rule order', rows "
    "= {\n"
    "    { id = 'red', title = { en = 'Red things', zh = '红色' }, colour = 'red', symptom = 's1', "
    "advice_en = 'cool it', advice_zh = '降温' },\n"
    "    { id = 'twice', again = '>= 1', symptom = 's2', advice_en = 'ask more', advice_zh = "
    "'多问' } },\n"
    "    otherwise = { symptom = 'none', advice_en = 'look', advice_zh = '查看' } },\n"
    "  workflow 'case' { version = 1, initial = 'received', clock = 'office',\n"
    "    open = { event = 'open', form = 'case_opening', run = { 'take', 'receipt' } },\n"
    "    within = { '3 business days', escalate = true },\n"
    "    public = { proof = 'client.phone', fields = { 'number', 'result', 'colour' } },\n"
    "    guidance = 'case.advice',\n"
    "    facts = { alike = count 'case' { same = { 'client' } } },\n"
    "    states = {\n"
    "      received = { title = { en = 'received', zh = '已受理' }, public = { en = 'We have it', "
    "zh = '已收到' },\n"
    "        on = { check = 'checking', ask = { form = 'asking', go = 'asked', run = 'ask' },\n"
    "               close = { form = 'ending', go = 'closed', run = 'answer' } },\n"
    "        after = { { '4 hours', escalate = true, tell = { 'client', 'owner', template = "
    "'case.late' } },\n"
    "                  { '6 hours', escalate = true }, { '7 hours' } } },\n"
    "      checking = { title = { en = 'secret checking', zh = '秘密核查' }, on = { work = "
    "'working', close = { form = 'ending', go = 'closed', run = 'answer' } } },\n"
    "      working = { public = { en = 'We work on it', zh = '处理中' }, on = { check = "
    "'checking', back = 'received', redo = { run = 'count' } } },\n"
    "      asked = { pause = true, public = { en = 'We wait for you', zh = '待您补充' }, on = { "
    "answered = 'received' }, after = { '9 days', go = 'closed' } },\n"
    "      closed = { public = { en = 'Done', zh = '已办结' }, on = { reopen = { go = 'working', "
    "run = { 'count', 'hand' } } },\n"
    "        after = { '30 days', go = 'gone' } },\n"
    "      gone = { final = true } },\n"
    "    guards = { twice = function(f) return f.escalation >= 2 end,\n"
    "      again = function(f) return f.again >= 2, 'not yet' end,\n"
    "      broken = function(f) return f.head end },\n"
    "    actions = {\n"
    "      take = function(f) return set { handler = f.actor.account, unit = f.actor.unit } end,\n"
    "      receipt = function(f) return tell { 'client', template = 'case.received' } end,\n"
    "      ask = function(f) return tell { 'client', template = 'case.question' } end,\n"
    "      answer = function(f) return tell { 'client', 'owner', template = 'case.result' } end,\n"
    "      hand = function(f) return set { handler = 'sun' } end,\n"
    "      count = function(f) return set { again = f.again + 1 } end } },\n"
    "  workflow 'verdict' { version = 1, initial = 'open', open = { event = 'propose', run = 'see' "
    "},\n"
    "    states = { open = { on = { drop = 'dropped' }, after = { '90 days', go = 'dropped' } }, "
    "dropped = { final = true } },\n"
    "    actions = { see = function(f) return set { seen = f.seen + 1 } end } },\n"
    "  accountability {\n"
    "    { id = 'careless', title = { en = 'Handled carelessly', zh = '处理不当' }, owner = "
    "'quality',\n"
    "      on = 'case.escalated', when = 'twice', answers = { 'handler', 'boss' }, leads = { "
    "'head' },\n"
    "      consequence = 'review', confirm_by = 'boss', appeal_within = '5 days', start = "
    "'verdict' },\n"
    "    { id = 'late', title = 'Late', on = 'case.late', when = 'not twice', answers = "
    "'handler',\n"
    "      consequence = 'warning', confirm_by = 'boss', appeal_within = '5 days', start = "
    "'verdict' },\n"
    "    { id = 'again', title = 'Again', on = 'case.reopen', answers = 'handler', leads = "
    "'handler',\n"
    "      consequence = 'warning', confirm_by = 'boss', appeal_within = '5 days', start = "
    "'verdict' },\n"
    "  },\n"
    "  authority {\n"
    "    { { 'client.create', 'client.update', 'client.read', 'case.open', 'case.check', "
    "'case.work', 'case.ask', 'case.answered',\n"
    "        'case.close', 'case.reopen', 'case.back', 'case.redo' }, from = 'staff' },\n"
    "    { 'case.read', from = 'staff', reach = 'unit' }, { 'case.read', from = { 'boss', "
    "'administrator' } },\n"
    "    { 'case.progress', from = 'importer' },\n"
    "    { { 'verdict.read', 'verdict.propose', 'verdict.drop' }, from = 'boss' },\n"
    "  },\n"
    "}\n";

void answers_open(struct kernel_rig *rig, const char *from, const char *to)
{
    rig_make(rig);
    t_company_write(rig->policy, "scripts/answers.lua", ANSWERS_TEXT);
    if (from)
        t_company_edit(rig->policy, "scripts/answers.lua", from, to);
    rig_start(rig, false);
}

const char *answers_client(struct kernel_rig *rig, const char *phone, const char *language)
{
    const char *before = rig->as;
    rig->as = "ben";
    struct rd_value client = rig_ok(
        rig, "record.create",
        "{'type': 'client', 'data': {'name': 'Ann Lee', 'phone': '%s', 'vow': 'VOWVOW'%s%s%s}}",
        phone, language ? ", 'language': '" : "", language ? language : "", language ? "'" : "");
    rig->as = before;
    return t_text(client, "id");
}

const char *answers_case(struct kernel_rig *rig, const char *client)
{
    const char *before = rig->as;
    rig->as = "ben";
    struct rd_value opened = rig_ok(
        rig, "case.open",
        "{'type': 'case', 'data': {'client': '%s', 'colour': 'red', 'note': 'NOTENOTE'}}", client);
    rig->as = before;
    return t_text(opened, "id");
}

struct rd_value answers_notices(struct kernel_rig *rig)
{
    const char *before = rig->as;
    rig->as = NULL;
    struct rd_value listed = rig_ok(rig, "notice.list", "{'limit': 1000}");
    rig->as = before;
    return *rd_map_list(&listed, "notices");
}

const char *answers_told(struct kernel_rig *rig, const char *to)
{
    struct rd_value notices = answers_notices(rig);
    for (uint32_t i = notices.count; i-- > 0;) {
        const struct rd_value *names = rd_map_list(&notices.items[i], "to");
        for (uint32_t k = 0; k < names->count; k++)
            if (strcmp(names->items[k].text, to) == 0)
                return rd_map_text(&notices.items[i], "text", "");
    }
    ck_abort_msg("%s was told nothing: %s", to, rig_show(rig, notices));
    return "";
}

void answers_refused(const char *from, const char *to, const char *finding)
{
    struct kernel_rig rig;
    char all[4096] = "";
    answers_open(&rig, from, to);
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next)
        if (f->error)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? "\n" : "",
                     f->text);
    ck_assert_str_eq(all, finding);
    ck_assert_int_eq(rig.status, RD_POLICY_REFUSED);
    unit_dir_remove(rig.dir);
    rd_arena_fini(&rig.arena);
}
