/* `redress policy init`: a new company, small enough to read in five minutes, that checks clean and
 * keeps its promises; with what an editor needs to know the words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"

#define STUBS_PATH ".redress/redress.lua"

struct init_file {
    const char *path, *text;
};

static const struct init_file FILES[] = {
    { "rules/company.lua",
      "-- Who we are: the company, its clock, its people. 公司、工作时间、组织\n"
      "return {\n"
      "  company { name = \"Example\", zone = \"Asia/Shanghai\", currency = \"CNY\", languages = { "
      "\"en\", \"zh\" } },\n"
      "  calendar \"office\" { week = { { days = \"Monday..Friday\", hours = { \"09:00-12:00\", "
      "\"13:00-18:00\" } } } },\n"
      "  organisation {\n"
      "    roles = { \"staff\", { \"handler\", is = { \"staff\" } }, { \"supervisor\", is = { "
      "\"handler\" } }, \"administrator\" },\n"
      "    units = { \"head_office\", { \"service\", under = \"head_office\" } },\n"
      "    accounts = {\n"
      "      { \"ann\", unit = \"service\", roles = { \"handler\" } },\n"
      "      { \"max\", unit = \"service\", roles = { \"supervisor\" } },\n"
      "      { \"adm\", unit = \"head_office\", roles = { \"administrator\" } },\n"
      "    },\n"
      "  },\n"
      "}\n" },
    { "rules/refunds.lua",
      "-- How much a role may refund without asking. Change a limit here, then run: redress policy "
      "test 各级退款权限\n"
      "return decision \"refund.limit\" {\n"
      "  title = { en = \"Refund limit\", zh = \"退款权限\" }, owner = \"customer service\",\n"
      "  input = { role = one_of { \"handler\", \"supervisor\" } }, output = { limit = money },\n"
      "  hit = \"unique\",\n"
      "  rows = {\n"
      "    { id = \"handler\",    role = \"handler\",    limit = \"100.00\" },\n"
      "    { id = \"supervisor\", role = \"supervisor\", limit = \"2000.00\" },\n"
      "  },\n"
      "}\n" },
    { "rules/authority.lua",
      "-- Who may do what. Anything not listed is refused. 权限:未列出的一律拒绝\n"
      "return authority {\n"
      "  { { \"request.receive\", \"request.take\", \"request.refuse\" }, from = \"handler\" },\n"
      "  { \"request.refund\", from = \"handler\", up_to = \"refund.limit\" },\n"
      "  { \"request.read\", from = { \"staff\", \"administrator\" } },\n"
      "  { { \"policy.info\", \"report.run\", \"decision.evaluate\" }, from = { \"staff\", "
      "\"administrator\" } },\n"
      "  { \"policy.reload\", from = \"administrator\" },\n"
      "}\n" },
    { "scripts/request.lua",
      "-- A customer's request, from the first word to its end. 客户诉求:从受理到办结\n"
      "return {\n"
      "  record \"request\" { number = \"R-{year}-{0000}\", owner = \"handler\", unit = \"unit\", "
      "fields = {\n"
      "    subject = text { required = true, max = 500 }, amount = money, handler = account, unit "
      "= "
      "unit, remark = text } },\n"
      "  form \"receiving\" { of = \"request\", fields = { \"subject\" }, required = { \"subject\" "
      "} },\n"
      "  form \"refunding\" { of = \"request\", fields = { \"amount\", \"remark\" }, required = { "
      "\"amount\" } },\n"
      "  form \"refusing\" { of = \"request\", fields = { \"remark\" }, required = { \"remark\" } "
      "},\n"
      "  workflow \"request\" {\n"
      "    version = 1, initial = \"received\", clock = \"office\",\n"
      "    open = { event = \"receive\", form = \"receiving\", run = { \"belongs_here\" } },\n"
      "    states = {\n"
      "      received = {\n"
      "        title = { en = \"Received\", zh = \"已受理\" },\n"
      "        on = { take = { go = \"in_hand\", by = \"handler\" } },\n"
      "        after = { \"4 hours\", escalate = true, tell = { \"supervisor\" } } },\n"
      "      in_hand = {\n"
      "        title = { en = \"In hand\", zh = \"处理中\" },\n"
      "        on = { refund = { form = \"refunding\", go = \"done\" }, refuse = { form = "
      "\"refusing\", go = \"done\" } },\n"
      "        after = { \"2 business days\", escalate = true, tell = { \"supervisor\" } } },\n"
      "      done = { title = { en = \"Done\", zh = \"已办结\" }, final = true },\n"
      "    },\n"
      "    actions = { belongs_here = function(f) return set { unit = f.actor.unit } end },\n"
      "  },\n"
      "}\n" },
    { "scripts/request_test.lua",
      "-- What the rules promise. 规则的承诺\n"
      "local a_request = { request \"r\" { by = \"ann\", subject = \"Charged twice\" } }\n"
      "return {\n"
      "  test \"a handler stops at one hundred\" {\n"
      "    given = a_request, before = { { act \"take\" { by = \"ann\" } } },\n"
      "    when = act \"refund\" { by = \"ann\" },\n"
      "    cases = { { amount = \"100.00\", expect = in_state \"done\" }, { amount = \"100.01\", "
      "expect = needs \"supervisor\" } },\n"
      "  },\n"
      "  test \"a supervisor may do more, but not everything\" {\n"
      "    given = a_request, before = { { act \"take\" { by = \"max\" } } },\n"
      "    when = act \"refund\" { by = \"max\" },\n"
      "    cases = { { amount = \"2000.00\", expect = in_state \"done\" }, { amount = \"2000.01\", "
      "expect = refused \"above_authority\" } },\n"
      "  },\n"
      "  test \"what nobody takes climbs after four hours of work, lunch not counted\" {\n"
      "    given = a_request,\n"
      "    steps = { { at = \"2026-03-02 13:59\", expect = not_escalated }, { at = \"2026-03-02 "
      "14:01\", expect = escalated } },\n"
      "  },\n"
      "  test \"what is in hand is watched, too, and may be refused with a reason\" {\n"
      "    given = a_request,\n"
      "    steps = { { act \"take\" { by = \"ann\" }, expect = in_state \"in_hand\" }, { after = "
      "\"7 "
      "days\", expect = escalated },\n"
      "      { act \"refuse\" { by = \"ann\" }, expect = refused \"bad_form\" }, { act \"refuse\" "
      "{ "
      "by = \"ann\", remark = \"Paid once\" }, expect = in_state \"done\" } },\n"
      "  },\n"
      "  test \"everybody reads, the administrator decides nothing\" {\n"
      "    given = a_request,\n"
      "    steps = { { see \"r\" { by = \"adm\" }, expect = allowed }, { act \"take\" { by = "
      "\"adm\" "
      "}, expect = refused \"not_allowed\" },\n"
      "      { ask \"policy.info\" { by = \"ann\" }, expect = allowed }, { ask \"policy.reload\" { "
      "by "
      "= \"adm\" }, expect = { error = \"policy_refused\" } } },\n"
      "  },\n"
      "}\n" },
    { ".luarc.json", "{\n"
                     "  \"runtime.version\": \"Lua 5.4\",\n"
                     "  \"runtime.builtin\": { \"coroutine\": \"disable\", \"debug\": \"disable\", "
                     "\"io\": \"disable\", \"os\": \"disable\", \"package\": \"disable\" },\n"
                     "  \"workspace.library\": [\".redress\"]\n"
                     "}\n" },
};

/* Never over what is there. */
static enum rd_status init_write(struct rd_cli *cli, const char *dir, const char *path,
                                 const void *bytes, size_t len, struct rd_error *error)
{
    const char *full = rd_arena_join(&cli->arena, dir, "/", path);
    FILE *file = fopen(full, "wx");
    bool written = file && fwrite(bytes, 1, len, file) == len;
    if (file && fclose(file) != 0)
        written = false;
    return written ? RD_OK
                   : rd_error_set(error, errno == EEXIST ? RD_ALREADY_EXISTS : RD_IO, "%s: %s",
                                  full, strerror(errno));
}

/* The words for editors, with those of the new company: printed as by `policy stubs DIR`, and taken
 * from there. */
static enum rd_status init_stubs(struct rd_cli *cli, const char *dir, struct rd_error *error)
{
    size_t before = cli->out.len;
    enum rd_status status = rd_run_policy_stubs(cli, error);
    if (status == RD_OK)
        status = init_write(cli, dir, STUBS_PATH, (const char *)cli->out.data + before,
                            cli->out.len - before, error);
    cli->out.len = before;
    return status;
}

enum rd_status rd_run_policy_init(struct rd_cli *cli, struct rd_error *error)
{
    static const char *const folders[] = { "rules", "scripts", ".redress" };
    const char *dir = cli->args.operands[0];
    for (size_t i = 0; i < 2; i++)
        if (access(rd_arena_join(&cli->arena, dir, "/", folders[i]), F_OK) == 0)
            return rd_error_set(error, RD_ALREADY_EXISTS, "%s has %s/ already: nothing is changed",
                                dir, folders[i]);
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < 3; i++)
        status = rd_dirs_make(rd_arena_join(&cli->arena, dir, "/", folders[i]), error);
    for (size_t i = 0; status == RD_OK && i < sizeof FILES / sizeof *FILES; i++)
        status = init_write(cli, dir, FILES[i].path, FILES[i].text, strlen(FILES[i].text), error);
    if (status == RD_OK)
        status = init_stubs(cli, dir, error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        rd_buf_printf(&cli->out, "%s/%s\n", dir, FILES[i].path);
    rd_buf_printf(&cli->out, "%s/%s\nnow: redress policy check %s; redress policy test %s\n", dir,
                  STUBS_PATH, dir, dir);
    return RD_OK;
}
