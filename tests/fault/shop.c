/* The smallest company. See shop.h. */
#include "fault/shop.h"

#include <check.h>
#include <stdio.h>

#include "common/company.h"

static const char SHOP[] =
    "return {\n"
    "  company { name = \"shop\", zone = \"Asia/Shanghai\", currency = \"CNY\" },\n"
    "  calendar \"round\" { always = true },\n"
    "  organisation { roles = { \"clerk\" }, units = { \"hq\" },\n"
    "    accounts = { { \"ann\", name = \"Ann\", unit = \"hq\", roles = { \"clerk\" } } } },\n"
    "  authority { { { \"ticket.open\", \"ticket.read\", \"ticket.note\", \"ticket.close\",\n"
    "    \"ticket.spin\", \"ticket.eat\", \"ticket.fall\", \"ticket.doom\" }, from = \"clerk\" } "
    "},\n"
    "  choices \"kinds\" { \"a\", \"b\", \"c\" },\n"
    "  decision \"wait\" { title = \"How long\", owner = \"shop\", input = { kind = kinds },\n"
    "    output = { limit = duration }, hit = \"unique\", rows = {\n"
    "      { id = \"a\", kind = \"a\", limit = \"%s\" }, { id = \"b\", kind = \"b\", limit = "
    "\"%s\" },\n"
    "      { id = \"c\", kind = \"c\", limit = \"%s\" } } },\n"
    "  record \"ticket\" { number = \"T-{000000}\",\n"
    "    fields = { kind = kinds { required = true, indexed = true }, note = text } },\n"
    "  form \"ticket\" { of = \"ticket\", fields = { \"kind\", \"note\" }, required = { \"kind\" } "
    "},\n"
    "  form \"note\" { of = \"ticket\", fields = { \"note\" } },\n"
    "  workflow \"ticket\" { version = 1, initial = \"waiting\", clock = \"round\",\n"
    "    open = { event = \"open\", form = \"ticket\" },\n"
    "    states = {\n"
    "      waiting = { on = {\n"
    "          note = { form = \"note\" }, close = { form = \"note\", go = \"done\" },\n"
    "          spin = { { go = \"done\", when = \"spins\" }, {} },\n"
    "          eat = { { go = \"done\", when = \"eats\" }, {} },\n"
    "          fall = { { go = \"done\", when = \"falls\" }, {} },\n"
    "          doom = { go = \"doomed\" } },\n"
    "        after = { \"wait\", go = \"late\" } },\n"
    "      late = { on = { close = { go = \"done\" } }, after = { \"%s\", go = \"done\" } },\n"
    "      doomed = { on = { close = { go = \"done\" } },\n"
    "        after = { { \"1 hour\", run = { \"spin_on\" } }, { \"2 hours\", go = \"done\" } } },\n"
    "      done = { final = true },\n"
    "    },\n"
    "    guards = {\n"
    "      spins = function(f) while true do end return f.kind == \"a\" end,\n"
    "      eats = function(f)\n"
    "        local all = {}\n"
    "        for i = 1, 100000000 do all[i] = { i } end\n"
    "        return f.kind == \"a\"\n"
    "      end,\n"
    "      falls = function(f) return f.kind + 1 == 2 end,\n"
    "    },\n"
    "    actions = {\n"
    "      spin_on = function(f) while true do end return set { note = f.kind } end,\n"
    "    },\n"
    "  },\n"
    "}\n";

void f_shop_write(const char *dir, const char *a, const char *b, const char *c, const char *late)
{
    char text[sizeof SHOP + 256];
    int len = snprintf(text, sizeof text, SHOP, a, b, c, late);
    ck_assert_int_lt(len, (int)sizeof text);
    t_company_write(dir, "rules/shop.lua", text);
}
