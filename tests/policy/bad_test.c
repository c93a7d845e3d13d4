/* Bad policies: what an administrator gets wrong, and the exact sentences that say so. Each text is
 * a whole policy of one file, rules/x.lua; every finding is listed. */
#include "policy/rig.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

struct bad {
    const char *text, *findings;
};

static const struct bad BAD[] = {
    { "return authority { { \"complaint.grant\", from = \"handler\", reach = own } }",
      "rules/x.lua:1: unknown word 'own' (missing quotes?)" },
    { "return record \"complaint\" {\n"
      "  title = \"Complaint\",\n"
      "  number = \"CP-{000000}\",\n"
      "  owner = \"handler\",\n"
      "  unit = \"unit\",\n"
      "  indexes = {},\n"
      "  feilds = { a = text },\n"
      "}",
      "rules/x.lua:7: record 'complaint': unknown key 'feilds'; did you mean 'fields'?" },
    { "return record \"r\" { fields = { a = text { requird = true } } }",
      "rules/x.lua:1: record 'r', field 'a': unknown key 'requird'; did you mean 'required'?" },
    { "return record \"r\" { fields = { a = txet } }",
      "rules/x.lua:1: unknown word 'txet' (missing quotes?)" },
    { "return record \"r\" { fields = { a = \"text\" } }",
      "rules/x.lua:1: record 'r', field 'a': a type is a word, not a text" },
    { "return record \"r\" { fields = { a = text { max = \"x\" }, a = integer } }",
      "rules/x.lua:1: the key 'a' is given twice" },
    { "return record \"r\" { fields = { a = text { required = \"yes\" } } }",
      "rules/x.lua:1: record 'r', field 'a': 'required' must be true or false, not a text" },
    { "return record \"r\" { fields = { a = text { secrecy = \"secrt\" } } }",
      "rules/x.lua:1: record 'r', field 'a': 'secrecy': no such value 'secrt'; did you mean "
      "'secret'?" },
    { "return record \"r\" { fields = { a = list_of() } }",
      "rules/x.lua:1: record 'r', field 'a': list_of needs the type of its items: list_of(text)" },
    { "return record \"r\" { fields = { a = reference } }",
      "rules/x.lua:1: record 'r', field 'a': reference needs the name of a record: reference "
      "\"customer\"" },
    { "return record \"r\" { fields = { a = one_of } }",
      "rules/x.lua:1: record 'r', field 'a': one_of needs its words: one_of { \"a\", \"b\" }" },
    { "return record \"r\" { fields = { a = text {} {} } }",
      "rules/x.lua:1: record 'r', field 'a': too many things behind the type 'text'" },
    { "return record \"r\" { fields = {} }",
      "rules/x.lua:1: record 'r': a record needs at least one field" },
    { "return record \"r\" {}", "rules/x.lua:1: record 'r': missing key 'fields'" },
    { "return record { fields = { a = text } }",
      "rules/x.lua:1: record needs a name behind it: record \"NAME\" { ... }" },
    { "return record \"r\"",
      "rules/x.lua:1: record needs a table behind it: record \"NAME\" { ... }" },
    { "return record \"two words\" { fields = { a = text } }",
      "rules/x.lua:1: record: 'two words' is no name (letters, digits and _, 64 bytes at most)" },
    { "return record \"r\" { fields = { text } }",
      "rules/x.lua:1: record 'r': 'fields': the word 'text' has no name in front of it" },
    { "return { record \"r\" { fields = { a = text } }, record \"r\" { fields = { a = text } } }",
      "rules/x.lua:1: record 'r' is declared twice; the first one is at rules/x.lua:1" },
    { "return record \"r\" { title = { en = \"x\", english = \"y\" }, fields = { a = text } }",
      "rules/x.lua:1: record 'r': 'title': unknown language 'english'" },
    { "return record \"r\" { title = { en = 1 }, fields = { a = text } }",
      "rules/x.lua:1: record 'r': 'title' must be a text, not a number" },
    { "return recrod \"r\" { fields = { a = text } }",
      "rules/x.lua:1: unknown word 'recrod'; did you mean 'record'?" },
    { "return 5", "rules/x.lua:1: a file returns declarations, not a number" },
    { "return { record = 1 }",
      "rules/x.lua:1: unknown key 'record': a file returns a declaration or a list of them" },
    { "return decide \"x\" {}", "rules/x.lua:1: 'decide' is no declaration; a file returns "
                                "declarations such as company { ... }" },
    { "record \"r\" { fields = { a = text } }\n"
      "return choices \"c\" { \"a\" }",
      "rules/x.lua:1: record is not returned (missing 'return'?)" },
    { "local x = 1", "rules/x.lua:0: returns nothing; a file returns its declarations" },
    { "return record \"r\" { fields = { a = text }", "rules/x.lua:1: '}' expected near <eof>" },
    { "return choices \"c\" { \"a\", \"a\" }",
      "rules/x.lua:1: choices 'c': item 'a' is given twice" },
    /* what a word processor or a Chinese keyboard makes of quotes, commas and brackets */
    { "return choices \"c\" {\n  “a”, \"b\" }",
      "rules/x.lua:2: '“' is no sign of the rules' language: write \" instead" },
    { "return choices \"c\" { \"a”, \"b\" }", "rules/x.lua:1: '”' ends no text: write \" instead" },
    { "return choices \"c\" { \"a\"， \"b\" }",
      "rules/x.lua:1: '，' is no sign of the rules' language: write , instead" },
    { "return record \"r\" ｛ fields = { a = text } }",
      "rules/x.lua:1: '｛' is no sign of the rules' language: write { instead" },
    { "return choices \"c\" { 退款 }",
      "rules/x.lua:1: '退' stands outside of a text: texts stand between \" and \"" },
    { "return\xc2\xa0"
      "choices \"c\" { \"a\" }",
      "rules/x.lua:1: there is a blank here that only looks like one: write an ordinary blank "
      "instead" },
    { "return {\n  choices \"c\" { \"a\" }\n  choices \"d\" { \"b\" }\n}",
      "rules/x.lua:3: '}' expected (to close '{' at line 1) near 'choices'; is a comma missing in "
      "front of it?" },
    { "return choices \"c\" { \"a }",
      "rules/x.lua:1: unfinished string near <eof>; a text ends with the plain \" with which it "
      "began" },
    { "return choices \"c\" {}",
      "rules/x.lua:1: choices 'c': a vocabulary needs at least one item" },
    { "return choices \"c\" { { en = \"x\" } }",
      "rules/x.lua:1: choices 'c', item: one name must stand at the beginning" },
    { "return choices \"c\" { { \"a\", eng = \"x\" } }",
      "rules/x.lua:1: choices 'c', item 'a': unknown key 'eng'; did you mean 'en'?" },
    { "return choices \"c\" { a }", "rules/x.lua:1: unknown word 'a' (missing quotes?)" },
    { "return calendar \"k\" {}",
      "rules/x.lua:1: calendar 'k': say week = { ... }, always = true or extends = \"...\"" },
    { "return calendar \"k\" { week = { { days = \"Monday..Fridy\", hours = \"09:00-12:00\" } } }",
      "rules/x.lua:1: calendar 'k', week: 'days': no day 'Fridy'; did you mean 'Friday'?" },
    { "return calendar \"k\" { week = { { days = \"Monday\", hours = \"9-12\" } } }",
      "rules/x.lua:1: calendar 'k', week: 'hours': '9-12' is no time of day such as "
      "\"09:00-12:00\"" },
    { "return calendar \"k\" { week = { { hours = \"09:00-12:00\" } } }",
      "rules/x.lua:1: calendar 'k', week: missing key 'days'" },
    { "return calendar \"k\" { always = true, holidays = \"cm\" }",
      "rules/x.lua:1: calendar 'k': no holidays 'cm'" },
    { "return calendar \"k\" { always = true, days = { { \"2026-02-30\", off = true }, { "
      "\"2026-01-01\" } } }",
      "rules/x.lua:1: calendar 'k', days: a day: '2026-02-30' is no date such as \"2026-12-24\"\n"
      "rules/x.lua:1: calendar 'k', days: day '2026-01-01': say off = true, hours = ... or like = "
      "..." },
    { "return { calendar \"k\" { extends = \"hotlin\" }, calendar \"hotline\" { always = true } }",
      "rules/x.lua:1: calendar 'k': no calendar 'hotlin'; did you mean 'hotline'?" },
    { "return calendar \"k\" { extends = \"k\" }",
      "rules/x.lua:1: calendar 'k': extends 'k', which in the end extends this one: a circle" },
    { "return { calendar \"k\" { extends = \"l\" }, calendar \"l\" { extends = \"k\" } }",
      "rules/x.lua:1: calendar 'l': extends 'k', which in the end extends this one: a circle" },
    { "return calendar \"k\" { week = {}, seasons = { { from = \"6-1\", to = \"02-30\", week = {} "
      "} } }",
      "rules/x.lua:1: calendar 'k', seasons: 'from': '6-1' is no day of the year such as "
      "\"06-01\"\n"
      "rules/x.lua:1: calendar 'k', seasons: 'to': '02-30' is no day of the year such as "
      "\"06-01\"" },
    { "return calendar \"k\" { week = {}, seasons = { { to = \"06-30\", week = {} } } }",
      "rules/x.lua:1: calendar 'k', seasons: missing key 'from'" },
    { "return calendar \"k\" { always = true, days = { { \"2026-01-02\", \"2026-01-01\", off = "
      "true "
      "} } }",
      "rules/x.lua:1: calendar 'k', days: '2026-01-02' to '2026-01-01' is no span of days" },
    { "return calendar \"k\" { always = true, days = { { off = true } } }",
      "rules/x.lua:1: calendar 'k', days: one date must stand at the beginning of a day, or the "
      "first and the last of several" },
    { "return { calendar \"k\" { always = true, holidays = { \"uk\", \"uk_englnd\" } }, holidays "
      "\"uk\" { year = 2026, off = {} }, holidays \"uk_england\" { year = 2026, off = {} } }",
      "rules/x.lua:1: calendar 'k': no holidays 'uk_englnd'; did you mean 'uk_england'?" },
    { "return holidays \"cn\" { year = 2026, off = { { \"2026-01-03\", \"2026-01-01\", \"x\" } } }",
      "rules/x.lua:1: holidays 'cn': off: '2026-01-03' to '2026-01-01' is no span of days" },
    { "return holidays \"cn\" { off = { \"2026-01-01\" } }",
      "rules/x.lua:1: holidays 'cn': missing key 'year'" },
    { "return { holidays \"cn\" { year = 2026, off = { \"2026-01-01\" } }, holidays \"cn\" { year "
      "= 2026, off = {} } }",
      "rules/x.lua:1: holidays 'cn': the year 2026 is given twice; the first one is at "
      "rules/x.lua:1" },
    { "return organisation { roles = { { \"staff\", si = { \"x\" } } }, units = { { \"hq\", under "
      "= hq } }, accounts = { { \"ben\", uid = \"1001\" }, { \"ben\" } } }",
      "rules/x.lua:1: organisation, role 'staff': unknown key 'si'\n"
      "rules/x.lua:1: unknown word 'hq' (missing quotes?)\n"
      "rules/x.lua:1: organisation, account 'ben': 'uid' must be a whole number, not a text\n"
      "rules/x.lua:1: organisation: account 'ben' is given twice" },
    { "return form \"f\" { of = \"r\", fields = { \"a\", \"a\", { \"b\" }, { \"c\", \"text\" }, { "
      "\"d\", text {}, 1 } } }",
      "rules/x.lua:1: form 'f': field 'a' is given twice\n"
      "rules/x.lua:1: form 'f': field 'b': no type behind its name\n"
      "rules/x.lua:1: form 'f', field 'c': a type is a word, not a text\n"
      "rules/x.lua:1: form 'f': a field is { name, type }, nothing else" },
    { "return form \"f\" { fields = \"a\", requires = {} }",
      "rules/x.lua:1: form 'f': 'fields' must be a table { ... }, not a text\n"
      "rules/x.lua:1: form 'f': unknown key 'requires'; did you mean 'required'?" },
    { "return decision \"d\" { input = { a = integer }, output = { b = text }, rows = {\n"
      "  { a = \"1\", b = \"x\" },\n"
      "  { a = \"2\" },\n"
      "  { aa = \"2\", b = \"x\" },\n"
      "} }",
      "rules/x.lua:3: decision 'd', row 2: no value for the output 'b'\n"
      "rules/x.lua:4: decision 'd', row 3: unknown column 'aa'" },
    { "return decision \"d\" { input = { a = integer, id = text }, output = { a = text }, rows = "
      "{} }",
      "rules/x.lua:1: decision 'd': input 'id': id and title belong to the row itself\n"
      "rules/x.lua:1: decision 'd': 'a' is an input and an output" },
    { "return decision \"d\" { input = {}, output = {}, hit = \"firts\", aggregate = \"sum\", rows "
      "= {} }",
      "rules/x.lua:1: decision 'd': 'hit': no such value 'firts'; there are unique, first, any, "
      "priority, collect, rule order, output order\n"
      "rules/x.lua:1: decision 'd': a decision needs at least one output\n"
      "rules/x.lua:1: decision 'd': aggregate needs hit = \"collect\"" },
    { "return decision \"d\" { input = { a = integer }, output = { b = text }, rows = { { id = "
      "\"r\", b = \"x\" }, { id = \"r\", b = key } } }",
      "rules/x.lua:1: unknown word 'key' (missing quotes?)\n"
      "rules/x.lua:1: decision 'd': row 'r' is given twice" },
    { "return decision \"d\" { input = { a = integer }, output = { b = text, c = text }, rows = { "
      "row = 1 }, otherwise = { b = \"x\", d = \"y\" } }",
      "rules/x.lua:1: decision 'd': rows: unknown key 'row'; a row is { ... }\n"
      "rules/x.lua:1: decision 'd', otherwise: unknown output 'd'\n"
      "rules/x.lua:1: decision 'd': otherwise: no value for the output 'c'" },
    { "return authority { { from = \"staff\" }, { \"a.b\" }, { \"a.b\", \"c.d\", from = \"staff\" "
      "}, { \"a.b\", from = \"staff\", amount = \"x\" }, x = 1, { \"a b\", from = \"staff\" } }",
      "rules/x.lua:1: authority: a row begins with one command or one list of commands, then from "
      "= ...\n"
      "rules/x.lua:1: authority: missing key 'from'\n"
      "rules/x.lua:1: authority: a row begins with one command or one list of commands, then from "
      "= ...\n"
      "rules/x.lua:1: authority: amount needs up_to\n"
      "rules/x.lua:1: authority: unknown key 'x'; a row is { command, from = role }\n"
      "rules/x.lua:1: authority: a command: 'a b' is no name (such as \"complaint.grant\" or "
      "\"complaint.*\")" },
    { "return workflow \"w\" {\n"
      "  version = \"1\", initial = \"a\", open = { event = \"o\", from = \"x\" },\n"
      "  staes = {},\n"
      "  states = {\n"
      "    a = { on = { go = { go = \"b\", do_it = true } }, afetr = { \"1 day\" } },\n"
      "    b = \"final\",\n"
      "  },\n"
      "}",
      "rules/x.lua:2: workflow 'w': 'version' must be a whole number, not a text\n"
      "rules/x.lua:2: workflow 'w', open: unknown key 'from'\n"
      "rules/x.lua:3: workflow 'w': unknown key 'staes'; did you mean 'states'?\n"
      "rules/x.lua:5: workflow 'w', state 'a', event 'go': unknown key 'do_it'\n"
      "rules/x.lua:5: workflow 'w', state 'a': unknown key 'afetr'\n"
      "rules/x.lua:6: workflow 'w', state 'b': a state must be a table { ... }, not a text" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\" }, states = { "
      "a = {\n"
      "  on = {\n"
      "    e = { { go = \"a\", when = \"g\" }, { go = \"a\", when = \"not h\" } },\n"
      "    f = { { go = \"a\" }, { go = \"a\", when = \"h\" }, { go = \"b\" } },\n"
      "    g = { go = \"a\", { go = \"b\" } },\n"
      "    h = { go = \"a\", except = { \"a\" } },\n"
      "    i = 5,\n"
      "    j = { go = a },\n"
      "    k = { when = { \"not\" } , go = \"a\" },\n"
      "  },\n"
      "} } }",
      "rules/x.lua:3: workflow 'w', state 'a', event 'e': the last row must have no guard: what "
      "happens where none of the guards is true?\n"
      "rules/x.lua:4: workflow 'w', state 'a', event 'f': row 1 has no guard, so the rows after it "
      "can never be taken\n"
      "rules/x.lua:5: workflow 'w', state 'a', event 'g': where there are rows, go, when and run "
      "stand in them\n"
      "rules/x.lua:6: workflow 'w', state 'a', event 'h': except belongs to the events of always\n"
      "rules/x.lua:7: workflow 'w', state 'a', event 'i': an event must be a table { ... }, not a "
      "number\n"
      "rules/x.lua:8: unknown word 'a' (missing quotes?)" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\" }, states = { "
      "a = {\n"
      "  after = { go = \"b\" } } },\n"
      "  within = { \"1 day\", \"2 days\" },\n"
      "}",
      "rules/x.lua:2: workflow 'w', state 'a', after: one duration such as \"4 hours\", or one "
      "decision, must stand at the beginning\n"
      "rules/x.lua:3: workflow 'w', within: one duration such as \"4 hours\", or one decision, "
      "must stand at the beginning" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = \"o\", states = {}, facts = {\n"
      "  a = decide \"d\", b = cuont \"x\" {}, c = 5, d = count \"x\" {}, e = sum \"x\" { same = { "
      "\"y\" } }, f = field \"a b\" },\n"
      "  guards = { g = true, h = own }, actions = { \"x\" } }",
      "rules/x.lua:1: workflow 'w': 'open' must be a table { ... }, not a text\n"
      "rules/x.lua:1: workflow 'w': a workflow needs at least one state\n"
      "rules/x.lua:2: unknown word 'cuont' (missing quotes?)\n"
      "rules/x.lua:2: workflow 'w', fact 'c': a fact is a word such as count or decide, not a "
      "number\n"
      "rules/x.lua:2: workflow 'w', fact 'd': which records? same or where must say it\n"
      "rules/x.lua:2: workflow 'w', fact 'e': missing key 'field'\n"
      "rules/x.lua:2: workflow 'w', fact 'f': field: 'a b' is no name (letters, digits, _ and "
      "dots, 64 bytes at most)\n"
      "rules/x.lua:3: workflow 'w': guard 'g' must be a function, not true or false\n"
      "rules/x.lua:3: unknown word 'own' (missing quotes?)\n"
      "rules/x.lua:3: workflow 'w': 'actions': a text has no name in front of it" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\" }, states = { "
      "a = { after = { { \"1 day\" }, go = \"b\" }, pause = 5, entry = { x = \"y\" } } } }",
      "rules/x.lua:1: workflow 'w', state 'a': 'after': unknown key 'go' in a list of limits\n"
      "rules/x.lua:1: workflow 'w', state 'a': 'pause' must be true or false, not a number\n"
      "rules/x.lua:1: workflow 'w', state 'a': 'entry': unknown key 'x' in a list" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\", internal = 1 "
      "}, "
      "states = { a = { on = { e = { internal = \"yes\" } } } } }",
      "rules/x.lua:1: workflow 'w', open: 'internal' must be true or false, not a number\n"
      "rules/x.lua:1: workflow 'w', state 'a', event 'e': 'internal' must be true or false, not "
      "a text" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\" }, states = { "
      "a = { final = true } }, a = 1, a = 2 }",
      "rules/x.lua:1: the key 'a' is given twice\n"
      "rules/x.lua:1: workflow 'w': unknown key 'a'" },
    { "return workflow \"w\" { version = 1, initial = \"a\", open = { event = \"o\", do = { \"x\" "
      "} }, states = { a = { final = true } } }",
      "rules/x.lua:1: 'do' is a word of Lua and can't be a key" },
    { "return test \"t\" {}", "rules/x.lua:1: test 't': a test needs steps or cases" },
    { "return test \"t\" { steps = { ask {}, see \"r\" { subject = 1 }, ask \"a b\" {},\n"
      "  { see \"r\" {}, expect = { rows = 1 } } } }",
      "rules/x.lua:1: test 't', step 1, ask: ask needs the name of a method: ask \"job.list\" { "
      "... }\n"
      "rules/x.lua:1: test 't', step 2, see: unknown key 'subject'\n"
      "rules/x.lua:1: test 't', step 3, ask: ask: 'a b' is no name (letters, digits, _ and dots, "
      "64 bytes at most)\n"
      "rules/x.lua:2: test 't', step 4, expect: unknown key 'rows'" },
    { "return { record \"r\" { fields = { a = text } }, test \"t\" { given = { q \"x\" {}, \"y\" "
      "}, steps = { { act {} }, { atc \"x\" }, { at = \"x\", after = \"y\" }, 5, { act \"e\" {}, "
      "act \"f\" {} }, { r \"z\" {}, expect = nothing } } } }",
      "rules/x.lua:1: unknown word 'q' (missing quotes?)\n"
      "rules/x.lua:1: test 't', given: a record is TYPE \"ref\" { ... }, not a text\n"
      "rules/x.lua:1: test 't', step 1, act: act needs the name of an event: act \"verify\" { ... "
      "}\n"
      "rules/x.lua:1: unknown word 'atc' (missing quotes?)\n"
      "rules/x.lua:1: test 't', step 3: at and after in one step\n"
      "rules/x.lua:1: test 't', step 4: a step must be a table { ... }, not a number\n"
      "rules/x.lua:1: test 't', step 5: one step does one thing\n"
      "rules/x.lua:1: unknown word 'nothing' (missing quotes?)" },
    { "return test \"t\" { cases = { { a = 1 } }, steps = {} }",
      "rules/x.lua:1: test 't': a test has steps or cases, not both\n"
      "rules/x.lua:1: test 't': cases need when = act \"event\" { ... } or another verb" },
    { "return { test \"t\" { steps = {} }, test \"t\" { steps = {} }, test \"u\" { steps = {}, "
      "when = act \"x\" {} } }",
      "rules/x.lua:1: test 't' is declared twice; the first one is at rules/x.lua:1\n"
      "rules/x.lua:1: test 'u': when needs cases" },
    { "return test \"t\" { steps = { { expect = { state = \"x\", stat = \"y\" } }, { decide \"d\" "
      "{ a = 1 }, expect = { limit = own } }, { expect = 5 }, { expect = in_state } } }",
      "rules/x.lua:1: test 't', step 1, expect: unknown key 'stat'; did you mean 'state'?\n"
      "rules/x.lua:1: unknown word 'own' (missing quotes?)\n"
      "rules/x.lua:1: test 't', step 3, expect: what is expected must be a table { ... }, not a "
      "number\n"
      "rules/x.lua:1: test 't', step 4, expect: in_state must be a text, not nothing" },
    { "return company { zone = \"Asia/Shanghai\", currency = CNY }",
      "rules/x.lua:1: unknown word 'CNY' (missing quotes?)\n"
      "rules/x.lua:1: company: missing key 'name'" },
    { "return { company { name = \"a\", zone = \"UTC\" }, company { name = \"b\", zone = \"UTC\" } "
      "}",
      "rules/x.lua:1: company: declared twice; the first one is at rules/x.lua:1" },
    { "return import \"x\" { type = \"r\", columns = {}, row = function(r) end }",
      "rules/x.lua:1: 'import' can't be declared here: imports stand in scripts/import/" },
    { "return { [\"record\"] = 1, [true] = record \"r\" { fields = { a = text } } }",
      "rules/x.lua:1: unknown key 'record': a file returns a declaration or a list of them\n"
      "rules/x.lua:1: unknown key 'true': a file returns a declaration or a list of them" },
    { "return record \"r\" { fields = { a = text { default = { 1, x = 2 } } } }",
      "rules/x.lua:1: record 'r', field 'a': 'default' is neither a list nor a map" },
    { "return record \"r\" { fields = { a = text { default = function() end } } }",
      "rules/x.lua:1: record 'r', field 'a': 'default' must be plain data, not a function" },
    { "return record \"r\" { fields = { a = money \"10\" } }",
      "rules/x.lua:1: record 'r', field 'a': what stands behind 'money' must be a table { ... }, "
      "not a text" },
    { "return record(\"r\", { fields = { a = text } }, 5)",
      "rules/x.lua:1: too many things behind 'record'" },
    { "return record \"r\" { fields = { [1.5] = text, [\"a b\"] = text } }",
      "rules/x.lua:1: record 'r': 'fields': 'a b' is no name (letters, digits and _, 64 bytes at "
      "most)\n"
      "rules/x.lua:1: record 'r': 'fields': the word 'text' has no name in front of it" },
    { "print \"hello\"\n"
      "return choices \"c\" { \"a\" }",
      "rules/x.lua:1: 'print' leads nowhere: a file only returns its declarations" },
};

START_TEST(says_exactly)
{
    rig_load(&rig, false, "rules/x.lua", BAD[_i].text);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_ptr_null(rig.policy);
    ck_assert_str_eq(rig_findings(&rig), BAD[_i].findings);
}
END_TEST

/* All files are judged, whatever is wrong with one of them; findings come by file and line. */
START_TEST(every_file_is_judged)
{
    struct rd_policy_source sources[] = {
        rig_source("rules/a.lua", "return choices \"c\" {"),
        rig_source("rules/b.lua", "return {\n  choices \"d\" { \"x\", \"x\" },\n  record \"r\" { "
                                  "fields = { a = d, b = e } },\n}"),
        rig_source("scripts/c.lua", "\n\nreturn record \"r\" { fields = { a = d } }"),
    };
    rig_begin(&rig);
    rig.status = rd_policy_load(sources, 3, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_str_eq(rig.error.text, "the policy has 4 errors");
    ck_assert_str_eq(
        rig_findings(&rig),
        "rules/a.lua:1: unexpected symbol near <eof>\n"
        "rules/b.lua:2: choices 'd': item 'x' is given twice\n"
        "rules/b.lua:3: unknown word 'e' (missing quotes?)\n"
        "scripts/c.lua:3: record 'r' is declared twice; the first one is at rules/b.lua:3");
}
END_TEST

/* Lines are right behind every kind of text that spans lines. */
START_TEST(lines_are_right)
{
    rig_load(&rig, false, "rules/x.lua",
             "--[[ a\n comment ]]\nlocal s = [==[\n]]\n]==]\nlocal t = \"a\\\nb\\z\n   c\" .. "
             "'it\\'s' -- { }\r\n"
             "return record \"r\" { -- [[\r\n  fields = {\r\n    a = text { -- }\r\n      mx = 1 "
             "}, },\r\n"
             "  [\"numbr\"] = \"x\", }\r\n");
    ck_assert_str_eq(rig_findings(&rig),
                     "rules/x.lua:12: record 'r', field 'a': unknown key 'mx'\n"
                     "rules/x.lua:13: record 'r': unknown key 'numbr'; did you mean 'number'?");
}
END_TEST

/* A machine on which nobody has installed any: said, and no reason to die. */
START_TEST(no_zone_data_is_a_finding)
{
    setenv("TZDIR", "/nowhere", 1);
    rig_load(&rig, false, "rules/company.lua", RIG_COMPANY);
    unsetenv("TZDIR");
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_str_eq(rig_findings(&rig),
                     "rules/company.lua:2: company: zone: no time zone 'Asia/Shanghai': there is "
                     "no zone data at /nowhere (the package tzdata)\n"
                     "rules/company.lua:3: calendar 'hotline': no time zone 'Asia/Shanghai': there "
                     "is no zone data at /nowhere (the package tzdata)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bad policies");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, says_exactly, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(tcase, every_file_is_judged);
    tcase_add_test(tcase, lines_are_right);
    tcase_add_test(tcase, no_zone_data_is_a_finding);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
