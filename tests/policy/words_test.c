/* Every word of the language on its happy path, down to the normal form that C is built from. */
#include "policy/rig.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

static void load(const char *text)
{
    rig_load(&rig, true, "rules/x.lua", text);
    ck_assert_msg(rig.status == RD_OK, "%s\n%s", rig.error.text, rig_findings(&rig));
}

START_TEST(company)
{
    load("return choices \"c\" { \"a\" }");
    rig_expect(&rig, "company",
               "{\"currency\":\"CNY\",\"file\":\"rules/"
               "company.lua\",\"languages\":[\"en\",\"zh\"],\"line\":2,"
               "\"name\":\"c\",\"zone\":\"Asia/Shanghai\"}");
    rig_expect(&rig, "organisation", "{\"file\":\"rules/company.lua\",\"line\":4}");
    rig_expect(&rig, "roles",
               "[{\"file\":\"rules/company.lua\",\"is\":[],\"line\":4,\"name\":\"staff\"}]");
}
END_TEST

START_TEST(choices)
{
    load("return choices \"tiers\" { \"key\", { \"quality\", en = \"Quality\", zh = \"优质\" },\n  "
         "{ \"x\", title = \"X\" } }");
    rig_expect(&rig, "choices.0",
               "{\"file\":\"rules/x.lua\",\"items\":[{\"line\":1,\"name\":\"key\"},"
               "{\"line\":1,\"name\":\"quality\",\"title\":{\"en\":\"Quality\",\"zh\":\"优质\"}},"
               "{\"line\":2,\"name\":\"x\",\"title\":{\"en\":\"X\",\"zh\":\"X\"}}],\"line\":1,"
               "\"name\":\"tiers\"}");
}
END_TEST

START_TEST(calendar)
{
    load("return {\n"
         "  calendar \"k\" { title = \"K\", holidays = \"cn\",\n"
         "    week = { { days = \"Saturday..Monday\", hours = { \"09:00-12:00\", \"22:00-06:00\" } "
         "}, { days = { \"Friday\" }, hours = \"00:00-24:00\" } },\n"
         "    days = { { \"2026-01-02\", hours = \"09:00-12:00\", title = \"half\" }, { "
         "\"2026-03-02\", off = true } } },\n"
         "  holidays \"cn\" { year = 2026, off = { { \"2026-01-01\", \"2026-01-03\", \"New Year\" "
         "}, \"2026-02-17\", { \"2026-05-01\", \"May\" } },\n"
         "    work = { \"2026-01-04\", \"2026-02-14\" } },\n"
         "  holidays \"cn\" { year = 2025, off = {} },\n"
         "}");
    rig_expect(
        &rig, "calendars.1.week",
        "[{\"days\":[6,7,1],\"from\":540,\"to\":720},{\"days\":[6,7,1],\"from\":1320,\"to\":1800},"
        "{\"days\":[5],\"from\":0,\"to\":1440}]");
    rig_expect(
        &rig, "calendars.1.days",
        "[{\"date\":\"2026-01-01\",\"off\":true,\"title\":\"New Year\"},"
        "{\"date\":\"2026-01-02\",\"hours\":[{\"from\":540,\"to\":720}],\"off\":false,\"title\":"
        "\"half\"},"
        "{\"date\":\"2026-01-03\",\"off\":true,\"title\":\"New "
        "Year\"},{\"date\":\"2026-01-04\",\"like\":1,\"off\":false},"
        "{\"date\":\"2026-02-14\",\"like\":5,\"off\":false},{\"date\":\"2026-02-17\",\"off\":true},"
        "{\"date\":\"2026-03-02\",\"off\":true},{\"date\":\"2026-05-01\",\"off\":true,\"title\":"
        "\"May\"}]");
    rig_expect(&rig, "calendars.1.years", "[2025,2026]");
    rig_expect(&rig, "calendars.1.zone", "\"Asia/Shanghai\"");
    rig_expect(&rig, "calendars.1.line", "2");
    rig_expect(&rig, "calendars.0.always", "true");
}
END_TEST

/* What a branch takes over, and what of its own counts more. */
START_TEST(calendar_extends)
{
    load(
        "return {\n"
        "  calendar \"branch\" { extends = \"city\", holidays = { \"own\" },\n"
        "    days = { { \"2026-05-04\", \"2026-05-05\", off = true, title = \"moved\" } } },\n"
        "  calendar \"city\" { extends = \"base\", zone = \"Europe/London\",\n"
        "    seasons = { { from = \"06-01\", to = \"08-31\", week = { { days = \"Monday\", hours = "
        "\"08:00-12:00\" } } } } },\n"
        "  calendar \"base\" { holidays = \"cn\", week = { { days = \"Friday\", hours = "
        "\"09:00-12:00\" } },\n"
        "    days = { { \"2026-05-04\", hours = \"10:00-11:00\" } } },\n"
        "  calendar \"other\" { extends = \"city\", week = { { days = \"Friday..Sunday\", hours = "
        "\"09:00-12:00\" } } },\n"
        "  calendar \"new\" { extends = \"base\", holidays = { \"own\", \"late\" } },\n"
        "  holidays \"cn\" { year = 2026, off = { { \"2026-05-01\", \"May\" }, \"2026-05-04\" }, "
        "work = { \"2026-05-09\", \"2026-05-11\" } },\n"
        "  holidays \"cn\" { year = 2025, off = {} },\n"
        "  holidays \"own\" { year = 2026, off = { { \"2026-05-01\", \"ours\" } }, work = { "
        "\"2026-05-04\" } },\n"
        "  holidays \"late\" { year = 2027, off = {} },\n"
        "}");
    rig_expect(&rig, "calendars.1.zone", "\"Europe/London\"");
    rig_expect(&rig, "calendars.1.week", "[{\"days\":[5],\"from\":540,\"to\":720}]");
    rig_expect(&rig, "calendars.1.seasons",
               "[{\"from\":\"06-01\",\"line\":5,\"to\":\"08-31\",\"week\":[{\"days\":[1],"
               "\"from\":480,\"to\":720}]}]");
    rig_expect(&rig, "calendars.1.days",
               "[{\"date\":\"2026-05-01\",\"off\":true,\"title\":\"ours\"},"
               "{\"date\":\"2026-05-04\",\"off\":true,\"title\":\"moved\"},"
               "{\"date\":\"2026-05-05\",\"off\":true,\"title\":\"moved\"},"
               "{\"date\":\"2026-05-09\",\"like\":5,\"off\":false}]");
    /* known is what is known to all */
    rig_expect(&rig, "calendars.1.years", "[2026]");
    rig_expect(&rig, "calendars.2.years", "[2025,2026]");
    rig_expect(&rig, "calendars.3.zone", "\"Asia/Shanghai\"");
    rig_expect(&rig, "calendars.3.days.1.hours", "[{\"from\":600,\"to\":660}]");
    /* a week of one's own is the whole year's */
    ck_assert_ptr_null(rd_map_get(rig_at(&rig, "calendars.4"), "seasons"));
    rig_expect(&rig, "calendars.4.zone", "\"Europe/London\"");
    rig_expect(&rig, "calendars.5.years", "[]");
    rig_expect(&rig, "calendars.5.keeps_holidays", "true");
}
END_TEST

START_TEST(organisation)
{
    load("return organisation { units = { { \"gd\", zh = \"广东\", under = \"hq\" } }, accounts = "
         "{\n"
         "  { \"ben\", name = \"Ben Zhou\", unit = \"gd\", group = \"g1\", roles = { \"staff\" }, "
         "uid = 1001 }, \"li\" } }");
    rig_expect(&rig, "units",
               "[{\"file\":\"rules/company.lua\",\"line\":4,\"name\":\"hq\"},"
               "{\"file\":\"rules/x.lua\",\"line\":1,\"name\":\"gd\",\"title\":{\"zh\":"
               "\"广东\"},\"under\":\"hq\"}]");
    rig_expect(
        &rig, "accounts",
        "[{\"file\":\"rules/"
        "x.lua\",\"group\":\"g1\",\"line\":2,\"name\":\"ben\",\"roles\":[\"staff\"],\"title\":"
        "\"Ben Zhou\",\"uid\":1001,"
        "\"unit\":\"gd\"},{\"file\":\"rules/"
        "x.lua\",\"line\":2,\"name\":\"li\",\"roles\":[],\"title\":\"li\"}]");
}
END_TEST

START_TEST(types)
{
    load("local plain = text\nreturn { choices \"tiers\" { \"key\", \"other\" }, record \"r\" { "
         "number = \"R-{0000}\", owner = \"h\", unit = \"u\",\n"
         "  title = { en = \"R\" }, fields = {\n"
         "    z = plain, a = text { required = true, max = 200, en = \"A\", zh = \"甲\" },\n"
         "    tier = tiers { indexed = true, default = \"key\" }, t2 = tiers, role = roles,\n"
         "    n = integer { min = 1, max = 9 }, m = money { unique = true, secrecy = \"secret\" }, "
         "x = number, b = boolean,\n"
         "    d = date, i = instant, l = duration, h = account, u = unit,\n"
         "    c = reference \"ticket\" { required = true }, o = one_of { \"p\", \"q\" } { default "
         "= \"p\" },\n"
         "    l1 = list_of(account), l2 = list_of(tiers) { max = 3 }, l3 = list_of(reference "
         "\"ticket\"),\n"
         "  }, indexes = { { \"a\", \"tier\" } } } }");
    const struct rd_value *fields = rig_at(&rig, "records.1.fields");
    static const char *const NAMES[] = { "z", "a", "tier", "t2", "role", "n", "m",  "x",  "b", "d",
                                         "i", "l", "h",    "u",  "c",    "o", "l1", "l2", "l3" };
    ck_assert_uint_eq(fields->count, 19);
    for (uint32_t i = 0; i < fields->count; i++)
        ck_assert_str_eq(rd_map_text(&fields->items[i], "name", ""), NAMES[i]);
    rig_expect(&rig, "records.1.fields.0", "{\"kind\":\"text\",\"line\":4,\"name\":\"z\"}");
    rig_expect(&rig, "records.1.fields.1",
               "{\"kind\":\"text\",\"line\":4,\"max\":200,\"name\":\"a\",\"required\":true,"
               "\"title\":{\"en\":\"A\",\"zh\":\"甲\"}}");
    rig_expect(
        &rig, "records.1.fields.2",
        "{\"choices\":\"tiers\",\"default\":\"key\",\"indexed\":true,\"items\":[\"key\",\"other\"],"
        "\"kind\":\"choice\",\"line\":5,\"name\":\"tier\"}");
    rig_expect(&rig, "records.1.fields.4",
               "{\"choices\":\"roles\",\"items\":[\"staff\"],\"kind\":\"choice\",\"line\":5,"
               "\"name\":\"role\"}");
    rig_expect(
        &rig, "records.1.fields.6",
        "{\"kind\":\"money\",\"line\":6,\"name\":\"m\",\"secrecy\":\"secret\",\"unique\":true}");
    rig_expect(
        &rig, "records.1.fields.14",
        "{\"kind\":\"reference\",\"line\":8,\"name\":\"c\",\"of\":\"ticket\",\"required\":true}");
    rig_expect(&rig, "records.1.fields.15",
               "{\"default\":\"p\",\"items\":[\"p\",\"q\"],\"kind\":\"choice\",\"line\":8,\"name\":"
               "\"o\"}");
    rig_expect(
        &rig, "records.1.fields.17",
        "{\"kind\":\"list\",\"line\":9,\"max\":3,\"name\":\"l2\",\"of\":{\"choices\":\"tiers\","
        "\"items\":[\"key\",\"other\"],\"kind\":\"choice\",\"line\":9}}");
    rig_expect(&rig, "records.1.indexes", "[[\"a\",\"tier\"]]");
    rig_expect(&rig, "records.1.number", "\"R-{0000}\"");
    rig_expect(&rig, "records.1.owner", "\"h\"");
    rig_expect(&rig, "records.1.title", "{\"en\":\"R\"}");
}
END_TEST

START_TEST(form)
{
    load("return form \"f\" { of = \"ticket\", title = \"F\", required = \"subject\",\n"
         "  fields = { \"subject\", { \"note\", text { max = 500 } },\n  extra = boolean } }");
    rig_expect(&rig, "forms.0",
               "{\"fields\":[{\"line\":2,\"name\":\"subject\",\"ref\":true},{\"kind\":\"text\","
               "\"line\":2,\"max\":500,"
               "\"name\":\"note\"},{\"kind\":\"boolean\",\"line\":3,\"name\":\"extra\"}],\"file\":"
               "\"rules/x.lua\",\"line\":1,"
               "\"name\":\"f\",\"of\":\"ticket\",\"required\":[\"subject\"],\"title\":{\"en\":"
               "\"F\",\"zh\":\"F\"}}");
}
END_TEST

START_TEST(decision)
{
    load("return decision \"d.e\" { title = \"D\", owner = \"o\", input = { b = integer, a = "
         "one_of { \"x\", \"y\" } },\n"
         "  output = { limit = money }, hit = \"collect\", aggregate = \"sum\",\n"
         "  rows = {\n    { b = \">= 3\", a = { \"x\", \"y\" }, limit = \"100.00\" },\n    { id = "
         "\"second\", title = \"T\", b = 7, limit = \"1.00\" },\n"
         "    { limit = \"0.00\" },\n  }, otherwise = { limit = \"5.00\" } }");
    rig_expect(
        &rig, "decisions.0",
        "{\"aggregate\":\"sum\",\"file\":\"rules/"
        "x.lua\",\"hit\":\"collect\",\"inputs\":[{\"kind\":\"integer\",\"line\":1,\"name\":\"b\"},"
        "{\"items\":[\"x\",\"y\"],\"kind\":\"choice\",\"line\":1,\"name\":\"a\"}],\"line\":1,"
        "\"name\":\"d.e\",\"otherwise\":{\"limit\":\"5.00\"},"
        "\"outputs\":[{\"kind\":\"money\",\"line\":2,\"name\":\"limit\"}],\"owner\":\"o\",\"rows\":"
        "["
        "{\"give\":{\"limit\":\"100.00\"},\"id\":\"row "
        "1\",\"line\":4,\"when\":{\"a\":[\"x\",\"y\"],\"b\":\">= 3\"}},"
        "{\"give\":{\"limit\":\"1.00\"},\"id\":\"second\",\"line\":5,\"title\":{\"en\":\"T\","
        "\"zh\":\"T\"},\"when\":{\"b\":7}},"
        "{\"give\":{\"limit\":\"0.00\"},\"id\":\"row "
        "3\",\"line\":6,\"when\":{}}],\"title\":{\"en\":\"D\",\"zh\":\"D\"}}");
}
END_TEST

START_TEST(authority)
{
    load("return { decision \"d\" { input = {}, output = { l = money }, rows = { { l = \"1.00\" } "
         "} },\n workflow \"ticket\" { version = 1, initial = \"a\", open = { event = \"open\" }, "
         "states = { a = { on = { grant = \"b\", deny = \"b\" } }, b = { final = true } } }, "
         "authority {\n"
         "  { \"ticket.read\", from = \"staff\" },\n"
         "  { { \"ticket.grant\", \"ticket.deny\" }, from = { \"staff\" }, reach = \"own\", id "
         "= \"mine\", up_to = \"d\" },\n} }");
    rig_expect(
        &rig, "authority",
        "[{\"commands\":[\"ticket.read\"],\"file\":\"rules/"
        "x.lua\",\"from\":[\"staff\"],\"id\":\"x:3\",\"line\":3,"
        "\"reach\":\"all\",\"unless\":[]},{\"amount\":\"amount\",\"commands\":[\"ticket.grant\","
        "\"ticket.deny\"],"
        "\"file\":\"rules/"
        "x.lua\",\"from\":[\"staff\"],\"id\":\"mine\",\"line\":4,\"reach\":\"own\",\"unless\":[],"
        "\"up_to\":\"d\"}]");
}
END_TEST

static const char WORKFLOW[] =
    "local function deep(f) return f.amount end\n"
    "return { decision \"d\" { input = { amount = money }, output = { o = duration }, hit = "
    "\"first\", rows = { { o = \"1 hour\" } } },\n"
    "workflow \"ticket\" { version = 2, title = \"T\", initial = \"a\", clock = \"hotline\",\n"
    "  open = { event = \"receive\", run = { \"act\" } },\n"
    "  within = { \"10 days\", go = \"c\", tell = \"staff\", escalate = true },\n"
    "  facts = { x = decide \"d\" { with = { amount = \"amount\" }, output = \"o\" }, n = count "
    "\"ticket\" { same = { \"department\" }, in_last = \"1 day\", at_most = 5 },\n"
    "    s = sum \"ticket\" { field = \"amount\", same = \"department\" }, h = field "
    "\"parent.handler\" },\n"
    "  states = {\n"
    "    b = { title = { zh = \"乙\" }, entry = \"act\", exit = { \"act\" }, pause = \"hotline\", "
    "on = { back = \"a\" }, after = { \"d\", go = \"c\" } },\n"
    "    a = { on = {\n"
    "        z = { title = \"Z\", by = \"handler\",\n"
    "          { go = \"b\", when = { \"g\", \"not h\" }, run = \"act\" },\n"
    "          { go = \"c\" } },\n"
    "        y = { go = \"b\", above = { go = \"c\", run = { \"act\" } } },\n"
    "        x = { run = \"act\" } },\n"
    "      after = { { \"4 hours\", tell = { \"staff\", text = \"hi\" } },\n"
    "                { \"2 days\", go = \"b\", run = { \"act\" }, clock = \"hotline\" } } },\n"
    "    c = { final = true },\n"
    "  },\n"
    "  always = { stop = { go = \"c\", except = { \"b\" } } },\n"
    "  guards = { g = function(f) return f.form.reason == \"x y\" end, h = deep },\n"
    "  actions = { act = function(f) end } } }\n";

START_TEST(workflow)
{
    load(WORKFLOW);
    rig_expect(&rig, "workflows.0.open", "{\"do\":[\"act\"],\"event\":\"receive\",\"line\":4}");
    rig_expect(&rig, "workflows.0.within",
               "{\"do\":[],\"escalate\":true,\"go\":\"c\",\"limit\":\"10 "
               "days\",\"line\":5,\"tell\":[\"staff\"]}");
    rig_expect(
        &rig, "workflows.0.facts",
        "[{\"decision\":\"d\",\"kind\":\"decide\",\"line\":6,\"name\":\"x\",\"output\":"
        "\"o\",\"with\":{\"amount\":\"amount\"}},"
        "{\"at_most\":5,\"in_last\":\"1 "
        "day\",\"kind\":\"count\",\"line\":6,\"name\":\"n\",\"same\":[{\"name\":"
        "\"department\",\"path\":\"department\"}],\"type\":\"ticket\",\"where\":[]},"
        "{\"field\":\"amount\",\"kind\":\"sum\",\"line\":7,\"name\":\"s\",\"same\":[{\"name\":"
        "\"department\",\"path\":\"department\"}],\"type\":\"ticket\",\"where\":[]},"
        "{\"kind\":\"field\",\"line\":7,\"name\":\"h\",\"path\":\"parent.handler\"}]");
    rig_expect(&rig, "workflows.0.states.0",
               "{\"after\":[{\"do\":[],\"escalate\":false,\"go\":\"c\",\"limit\":\"d\",\"line\":9,"
               "\"tell\":[]}],\"entry\":[\"act\"],\"exit\":[\"act\"],"
               "\"final\":false,\"line\":9,\"name\":\"b\",\"on\":[{\"line\":9,\"name\":\"back\","
               "\"rows\":[{\"do\":[],\"go\":\"a\",\"line\":9,"
               "\"when\":[]}]}],\"pause\":true,\"title\":{\"zh\":\"乙\"}}");
    rig_expect(&rig, "workflows.0.states.1.on.0",
               "{\"by\":\"handler\",\"line\":11,\"name\":\"z\",\"rows\":[{\"do\":[\"act\"],\"go\":"
               "\"b\",\"line\":12,\"when\":["
               "{\"guard\":\"g\",\"negate\":false},{\"guard\":\"h\",\"negate\":true}]},{\"do\":[],"
               "\"go\":\"c\",\"line\":13,\"when\":[]}],"
               "\"title\":{\"en\":\"Z\",\"zh\":\"Z\"}}");
    rig_expect(&rig, "workflows.0.states.1.on.1",
               "{\"above\":{\"do\":[\"act\"],\"go\":\"c\",\"line\":14,\"when\":[]},\"line\":14,"
               "\"name\":\"y\",\"rows\":[{\"do\":[],\"go\":\"b\","
               "\"line\":14,\"when\":[]}]}");
    rig_expect(&rig, "workflows.0.states.1.on.2.rows",
               "[{\"do\":[\"act\"],\"line\":15,\"when\":[]}]");
    rig_expect(&rig, "workflows.0.states.1.after",
               "[{\"do\":[],\"escalate\":false,\"limit\":\"4 "
               "hours\",\"line\":16,\"tell\":[\"staff\"],\"text\":\"hi\"},"
               "{\"clock\":\"hotline\",\"do\":[\"act\"],\"escalate\":false,\"go\":\"b\",\"limit\":"
               "\"2 days\",\"line\":17,\"tell\":[]}]");
    rig_expect(&rig, "workflows.0.always",
               "[{\"except\":[\"b\"],\"line\":20,\"name\":\"stop\",\"rows\":[{\"do\":[],\"go\":"
               "\"c\",\"line\":20,"
               "\"when\":[]}]}]");
    rig_expect(
        &rig, "workflows.0.guards",
        "[{\"fn\":1,\"line\":21,\"name\":\"g\",\"needs\":[\"f\",\"form\",\"reason\",\"x y\"]},"
        "{\"fn\":2,\"line\":21,\"name\":\"h\",\"needs\":[\"amount\",\"deep\",\"f\"]}]");
    rig_expect(&rig, "workflows.0.version", "2");
}
END_TEST

START_TEST(tests)
{
    load("local first = { ticket \"t\" { by = \"ben\", subject = \"x\" } }\n"
         "test \"stands alone\" { given = first, at = \"2026-03-06 16:00\", steps = {\n"
         "  { act \"verify\" { on = \"t\", by = \"ben\", ground = \"x\" }, expect = in_state \"b\" "
         "},\n"
         "  { after = \"2 days\", expect = { escalated, told \"staff\", state = \"c\", data = { a "
         "= 1 }, deadline = { name = \"a\", due = \"x\" } } },\n"
         "  { update = ticket \"t\" { by = \"li\", subject = \"y\" }, expect = refused "
         "\"not_allowed\" },\n"
         "  { update \"t\" { subject = \"z\" }, expect = refused },\n"
         "  { open = ticket \"u\" { subject = \"v\" }, expect = allowed {} }, ticket { subject = "
         "\"w\" }, { open(ticket \"q\") },\n"
         "  { decide \"d\" { a = 1 }, expect = { limit = \"1.00\", rule = \"row 1\" } },\n"
         "  { at = \"2026-03-09 11:00\", expect = { not_escalated, paused, needs \"staff\", "
         "escalation = 2, error = \"busy\", told = { \"x\", \"y\" } } },\n"
         "} }\n"
         "return test \"cases\" { given = first, before = { { act \"verify\" {} } }, when = act "
         "\"grant\" { by = \"ben\", amount = \"0\" },\n"
         "  cases = { { amount = \"100.00\", expect = allowed },\n    { amount = \"100.01\", by = "
         "\"li\", expect = needs \"staff\", title = \"own title\" } } }\n");
    rig_expect(&rig, "tests.0.given",
               "[{\"by\":\"ben\",\"data\":{\"subject\":\"x\"},\"line\":1,\"ref\":\"t\",\"type\":"
               "\"ticket\"}]");
    rig_expect(&rig, "tests.2.at", "\"2026-03-06 16:00\"");
    rig_expect(&rig, "tests.2.steps.0",
               "{\"by\":\"ben\",\"data\":{\"ground\":\"x\"},\"event\":\"verify\",\"expect\":[{"
               "\"line\":3,\"value\":\"b\","
               "\"what\":\"state\"}],\"kind\":\"act\",\"line\":3,\"on\":\"t\"}");
    rig_expect(&rig, "tests.2.steps.1.expect",
               "[{\"line\":4,\"what\":\"escalated\"},{\"line\":4,\"value\":\"staff\",\"what\":"
               "\"told\"},{\"line\":4,\"value\":\"c\",\"what\":\"state\"},"
               "{\"line\":4,\"value\":{\"a\":1},\"what\":\"data\"},{\"line\":4,\"value\":{\"due\":"
               "\"x\",\"name\":\"a\"},\"what\":\"deadline\"}]");
    rig_expect(
        &rig, "tests.2.steps.2",
        "{\"by\":\"li\",\"data\":{\"subject\":\"y\"},\"expect\":[{\"line\":5,\"value\":\"not_"
        "allowed\","
        "\"what\":\"error\"}],\"kind\":\"update\",\"line\":5,\"on\":\"t\",\"type\":\"ticket\"}");
    rig_expect(&rig, "tests.2.steps.3",
               "{\"data\":{\"subject\":\"z\"},\"expect\":[{\"line\":6,\"what\":\"error\"}],"
               "\"kind\":\"update\","
               "\"line\":6,\"on\":\"t\"}");
    rig_expect(&rig, "tests.2.steps.4",
               "{\"data\":{\"subject\":\"v\"},\"expect\":[{\"line\":7,\"what\":\"allowed\"}],"
               "\"kind\":\"open\",\"line\":7,"
               "\"ref\":\"u\",\"type\":\"ticket\"}");
    rig_expect(&rig, "tests.2.steps.5",
               "{\"data\":{\"subject\":\"w\"},\"expect\":[],\"kind\":\"open\",\"line\":7,\"type\":"
               "\"ticket\"}");
    rig_expect(&rig, "tests.2.steps.6",
               "{\"data\":{},\"expect\":[],\"kind\":\"open\",\"line\":7,\"ref\":\"q\",\"type\":"
               "\"ticket\"}");
    rig_expect(&rig, "tests.2.steps.7",
               "{\"data\":{\"a\":1},\"expect\":[{\"line\":8,\"value\":\"row 1\",\"what\":\"rule\"},"
               "{\"line\":8,\"value\":{\"limit\":\"1.00\"},\"what\":\"output\"}],\"kind\":"
               "\"decide\",\"line\":8,\"name\":\"d\"}");
    rig_expect(&rig, "tests.2.steps.8.expect",
               "[{\"line\":9,\"what\":\"not_escalated\"},{\"line\":9,\"what\":\"paused\"},{"
               "\"line\":9,\"value\":\"staff\",\"what\":\"needs\"},"
               "{\"line\":9,\"value\":\"busy\",\"what\":\"error\"},{\"line\":9,\"value\":2,"
               "\"what\":\"escalation\"},"
               "{\"line\":9,\"value\":\"x\",\"what\":\"told\"},{\"line\":9,\"value\":\"y\","
               "\"what\":\"told\"}]");
    rig_expect(&rig, "tests.0.title", "\"cases (amount = 100.00)\"");
    rig_expect(&rig, "tests.1.title", "\"cases (own title)\"");
    rig_expect(&rig, "tests.1.line", "13");
    rig_expect(&rig, "tests.1.steps.0.event", "\"verify\"");
    rig_expect(&rig, "tests.1.steps.1",
               "{\"by\":\"li\",\"data\":{\"amount\":\"100.01\"},\"event\":\"grant\",\"expect\":[{"
               "\"line\":13,"
               "\"value\":\"staff\",\"what\":\"needs\"}],\"kind\":\"act\",\"line\":13}");
}
END_TEST

START_TEST(tests_that_read)
{
    load("return test \"t\" { steps = { see \"t\" { by = \"ben\" }, { see {}, expect = refused },\n"
         "  { ask \"job.list\" { by = \"ben\", limit = 1 }, expect = { jobs = 0, error = \"busy\" "
         "} }, ask \"server.info\" } }\n");
    rig_expect(&rig, "tests.0.steps.0",
               "{\"by\":\"ben\",\"expect\":[],\"kind\":\"see\",\"line\":1,\"on\":\"t\"}");
    rig_expect(&rig, "tests.0.steps.1",
               "{\"expect\":[{\"line\":1,\"what\":\"error\"}],\"kind\":\"see\",\"line\":1}");
    rig_expect(&rig, "tests.0.steps.2",
               "{\"by\":\"ben\",\"data\":{\"limit\":1},\"expect\":[{\"line\":2,\"value\":\"busy\","
               "\"what\":"
               "\"error\"},{\"line\":2,\"value\":{\"jobs\":0},\"what\":\"output\"}],\"kind\":"
               "\"ask\",\"line\":2,"
               "\"name\":\"job.list\"}");
    rig_expect(&rig, "tests.0.steps.3",
               "{\"data\":{},\"expect\":[],\"kind\":\"ask\",\"line\":2,\"name\":\"server.info\"}");
}
END_TEST

/* The same files give the same normal form, down to the order of everything, and file order does
 * not matter. */
START_TEST(loading_is_repeatable)
{
    load(WORKFLOW);
    const char *first = strdup(rig_json(&rig, rd_policy_normal(rig.policy)));
    char hash[RD_POLICY_HASH_TEXT];
    snprintf(hash, sizeof(hash), "%s", rd_policy_hash_text(rig.policy));
    for (int i = 0; i < 5; i++) {
        rig_end(&rig);
        load(WORKFLOW);
        ck_assert_str_eq(rig_json(&rig, rd_policy_normal(rig.policy)), first);
        ck_assert_str_eq(rd_policy_hash_text(rig.policy), hash);
    }
    free((void *)(uintptr_t)first);
}
END_TEST

/* ---- imports ---- */

static struct rd_value result;

static const char *row(const char *json)
{
    enum rd_status status = rig_call(&rig, json, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return rig_json(&rig, &result);
}

START_TEST(import)
{
    rig_load_import(
        &rig, "local known = { yes = true }\nreturn import \"x\" { type = \"ticket\", zone = "
              "\"Europe/Lisbon\", columns = { \"a\", \"b\" },\n"
              "  row = function(r)\n"
              "    if r.a == \"\" then return reject \"empty\" end\n"
              "    if r.nowhere or not known[r.b] then return skip(\"not \" .. r.b) end\n"
              "    return { { key = r.a:lower(), at = date(r.c, \"d/m/Y H:M\"), open = { subject = "
              "r.a } }, { bad = date(\"31/02/2016\", \"d/m/Y\"), x = date(nil) } }\n"
              "  end }");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    rig_expect(&rig, "",
               "{\"columns\":[\"a\",\"b\"],\"file\":\"scripts/import/"
               "x.lua\",\"fn\":1,\"line\":2,\"name\":\"x\",\"type\":\"ticket\","
               "\"zone\":\"Europe/Lisbon\"}");
    ck_assert_str_eq(row("{\"a\":\"\",\"b\":\"yes\"}"), "{\"reject\":\"empty\"}");
    ck_assert_str_eq(row("{\"a\":\"A\",\"b\":\"no\"}"), "{\"skip\":\"not no\"}");
    /* Lisbon is an hour ahead of UTC in summer */
    ck_assert_str_eq(row("{\"a\":\"A\",\"b\":\"yes\",\"c\":\"1/7/2016 06:42\"}"),
                     "[{\"at\":1467351720000,\"key\":\"a\",\"open\":{\"subject\":\"A\"}},[]]");
    ck_assert_str_eq(row("{\"a\":\"A\",\"b\":\"yes\",\"c\":\"01/12/2016 06:42\"}"),
                     "[{\"at\":1480574520000,\"key\":\"a\",\"open\":{\"subject\":\"A\"}},[]]");
}
END_TEST

START_TEST(bad_imports)
{
    static const char *const BAD[][2] = {
        { "return import \"x\" { type = \"t\", zone = \"Nowhere/City\", columns = {}, row = "
          "function(r) end }",
          "scripts/import/x.lua:1: zone: " },
        { "return import \"x\" { type = \"t\", columns = {}, row = 1 }",
          "scripts/import/x.lua:1: import 'x': 'row' must be a function, not a "
          "number\nscripts/import/x.lua:1: import 'x': missing key 'zone'" },
        { "return record \"x\" { fields = {} }",
          "scripts/import/x.lua:1: 'record' can't be declared here" },
        { "return {}", "scripts/import/x.lua:0: an import file returns one import" },
        { "return import",
          "scripts/import/x.lua:1: import needs a name behind it: import \"NAME\" { ... }" },
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        rig_load_import(&rig, BAD[i][0]);
        ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
        ck_assert_msg(strncmp(rig_findings(&rig), BAD[i][1], strlen(BAD[i][1])) == 0, "%s",
                      rig_findings(&rig));
        rig_end(&rig);
        rig.policy = NULL;
    }
}
END_TEST

/* ---- the schema ---- */

START_TEST(the_schema)
{
    rig_begin(&rig);
    struct rd_value schema;
    ck_assert_int_eq(rd_policy_schema(&rig.arena, &schema, &rig.error), RD_OK);
    const struct rd_value *words = rd_map_list(&schema, "words");
    ck_assert_uint_gt(words->count, 60);
    for (uint32_t i = 0; i < words->count; i++) {
        const struct rd_value *word = &words->items[i];
        ck_assert_str_ne(rd_map_text(word, "word", ""), "");
        ck_assert_str_ne(rd_map_text(word, "form", ""), "");
        ck_assert_str_ne(rd_map_text(word, "en", ""), "");
        ck_assert_str_ne(rd_map_text(word, "zh", ""), "");
        const struct rd_value *keys = rd_map_list(word, "keys");
        for (uint32_t k = 0; k < keys->count; k++) {
            ck_assert_str_ne(rd_map_text(&keys->items[k], "name", ""), "");
            ck_assert_str_ne(rd_map_text(&keys->items[k], "kind", ""), "");
            ck_assert_str_ne(rd_map_text(&keys->items[k], "en", ""), "");
            ck_assert_str_ne(rd_map_text(&keys->items[k], "zh", ""), "");
        }
    }
    ck_assert_str_eq(rd_map_text(&words->items[0], "word", ""), "company");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy words");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, company);
    tcase_add_test(tcase, choices);
    tcase_add_test(tcase, calendar);
    tcase_add_test(tcase, calendar_extends);
    tcase_add_test(tcase, organisation);
    tcase_add_test(tcase, types);
    tcase_add_test(tcase, form);
    tcase_add_test(tcase, decision);
    tcase_add_test(tcase, authority);
    tcase_add_test(tcase, workflow);
    tcase_add_test(tcase, tests);
    tcase_add_test(tcase, tests_that_read);
    tcase_add_test(tcase, loading_is_repeatable);
    tcase_add_test(tcase, import);
    tcase_add_test(tcase, bad_imports);
    tcase_add_test(tcase, the_schema);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
