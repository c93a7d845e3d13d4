-- The pack's procedure with the insurer's words, limits and powers: not one workflow script was touched.
local mary  = customer "mary"  { by = "aoife", name = "Mary Quinn", phone = "+353 87 123 4567" }
local grand = customer "grand" { by = "aoife", name = "Grand Hotel", revenue_year = "40000.00" }
local function of(who, problem, more)
  local c = { by = "aoife", customer = who, channel = "claims_line", problem = problem, summary = "x" }
  for key, value in pairs(more or {}) do c[key] = value end
  return complaint "c" (c)
end
local verify   = { act "verify" { on = "c", by = "aoife", ground = "sufficient", demand = "reasonable" } }
local transfer = { act "transfer" { on = "c", by = "aoife", department = "home_claims" } }

return {
  test "a complaint goes the whole way in euro" {
    given = { mary, of("mary", "claim_delay") },
    steps = {
      { expect = { state = "received", data = { handler = "aoife", unit = "galway_claims", customer_tier = "standard", priority = "normal", track = "normal" } } },
      verify, transfer,
      { act "grant" { on = "c", by = "aoife", remedy = "late_interest", amount = "150.00" }, expect = { state = "processing", data = { granter = "aoife" } } },
      { act "close" { on = "c", by = "aoife", result = "Interest paid" }, expect = in_state "closed" },
      { after = "59 days", expect = in_state "closed" },
      { after = "1 day",   expect = in_state "archived" },
    },
  },
  test "an adviser's powers by remedy" {
    given = { mary, of("mary", "claim_refused") }, before = { verify, transfer }, when = act "grant" { on = "c", by = "aoife" },
    cases = {
      { remedy = "goodwill",       amount = "40.00",  expect = in_state "processing" }, { remedy = "goodwill",       amount = "40.01",  expect = in_state "passed_up" },
      { remedy = "late_interest",  amount = "150.00", expect = in_state "processing" }, { remedy = "late_interest",  amount = "150.01", expect = in_state "passed_up" },
      { remedy = "premium_refund", amount = "400.00", expect = in_state "processing" }, { remedy = "premium_refund", amount = "400.01", expect = in_state "passed_up" },
      { remedy = "settlement",     amount = "0.01",   expect = in_state "passed_up" },  { remedy = "apology",        amount = "0.00",   expect = in_state "processing" },
      { remedy = "gift",           amount = "1.00",   expect = refused "bad_form" },
    },
  },
  test "a refused claim is settled by the claims manager, not by the team leader" {
    given = { mary, of("mary", "claim_refused") },
    steps = {
      verify, transfer,
      { act "grant" { on = "c", by = "aoife", remedy = "settlement", amount = "9000.00" }, expect = in_state "passed_up" },
      { act "grant" { on = "c", by = "eamon", remedy = "settlement", amount = "9000.00" }, expect = in_state "passed_up" },
      { act "grant" { on = "c", by = "fiona", remedy = "settlement", amount = "9000.00" }, expect = { state = "processing", data = { granter = "fiona" } } },
    },
  },
  test "nobody grants what he asked for" {
    given = { mary, of("mary", "claim_refused") },
    steps = {
      verify, transfer,
      { act "grant" { on = "c", by = "eamon", remedy = "settlement", amount = "9000.00" }, expect = in_state "passed_up" },
      { act "grant" { on = "c", by = "eamon", remedy = "apology", amount = "0.00" }, expect = refused "not_allowed" },
    },
  },
  test "nine hundred euro are an adviser's month" {
    given = { mary, of("mary", "premium"), complaint "d" { by = "aoife", customer = "mary", channel = "email", problem = "premium", summary = "y" },
              complaint "e" { by = "aoife", customer = "mary", channel = "email", problem = "premium", summary = "z" } },
    steps = {
      verify, transfer, { act "grant" { on = "c", by = "aoife", remedy = "premium_refund", amount = "400.00" }, expect = in_state "processing" },
      { act "verify" { on = "d", by = "aoife", ground = "sufficient", demand = "reasonable" } }, { act "transfer" { on = "d", by = "aoife", department = "premiums" } },
      { act "grant" { on = "d", by = "aoife", remedy = "premium_refund", amount = "400.00" }, expect = in_state "processing" },
      { act "verify" { on = "e", by = "aoife", ground = "sufficient", demand = "reasonable" } }, { act "transfer" { on = "e", by = "aoife", department = "premiums" } },
      { act "grant" { on = "e", by = "aoife", remedy = "premium_refund", amount = "100.01" }, expect = in_state "passed_up" },
    },
  },
  test "hardship opens the fast track by itself, and the claims manager hears of it" {
    given = mary,
    steps = {
      { open = of("mary", "claim_delay", { injury = true }), expect = { told "supervisor", told "head_of_department", told "customer" } },
      { on = "c", expect = { data = { priority = "hardship", track = "green" } } },
    },
  },
  test "a platinum policyholder waits like everybody" {
    given = { grand, of("grand", "premium") }, steps = { { on = "c", expect = { data = { customer_tier = "platinum", track = "normal", priority = "normal" } } } },
  },
  test "a premium complaint is verified within five business days, Saturdays among them" {
    given = { mary, of("mary", "premium") },
    steps = { { at = "2026-03-07 08:59", expect = not_escalated }, { at = "2026-03-07 10:00", expect = { escalated, told "supervisor" } } },
  },
  test "a step that stands still climbs to the region" {
    given = { mary, of("mary", "premium") },
    steps = {
      verify,
      { at = "2026-03-06 17:00", expect = { escalated, told "supervisor" } }, { at = "2026-03-11 17:00", expect = { escalated, told "head_of_department" } },
      { at = "2026-03-20 17:00", expect = { escalated, told "branch_manager" } },
    },
  },
  test "who must bring an expert's report has thirty days, others fourteen" {
    given = { mary, of("mary", "claim_amount"), complaint "d" { by = "aoife", customer = "mary", channel = "email", problem = "premium", summary = "y" } },
    steps = {
      verify, transfer, { act "ask" { on = "c", by = "aoife", question = "Your estimate?" } },
      { act "verify" { on = "d", by = "aoife", ground = "sufficient", demand = "reasonable" } }, { act "transfer" { on = "d", by = "aoife", department = "premiums" } },
      { act "ask" { on = "d", by = "aoife", question = "Which policy?" } },
      { after = "15 days", on = "c", expect = in_state "with_customer" }, { on = "d", expect = in_state "closed" },
      { after = "15 days", on = "c", expect = { in_state "closed" } },
    },
  },
  test "a disclosure calls the person and the team leader to account" {
    given = { mary, of("mary", "data_breach") },
    steps = {
      verify, transfer,
      { act "investigate" { on = "c", by = "aoife", cause = "An old address", cause_kind = "team", severity = "slight", responsible = "conor" } },
      { on = "finding_1", expect = { data = { rule = "disclosure", person = "conor", kind = "direct" } } },
      { on = "finding_2", expect = { data = { rule = "disclosure", person = "eamon", kind = "leadership" } } },
    },
  },
  test "a claims manager explains every correction to the policyholder" {
    given = { mary, of("mary", "manner") },
    steps = {
      verify, transfer,
      { act "investigate" { on = "c", by = "aoife", cause = "A bad day", cause_kind = "person", severity = "slight", responsible = "conor" } },
      { act "report" { on = "correction", by = "conor", correction = "Apologised" }, expect = in_state "to_explain" },
      { act "explain" { on = "correction", by = "fiona", explanation = "Called her" }, expect = in_state "done" },
    },
  },
  test "a case goes to the adjusters' desk" {
    given = { mary, of("mary", "claim_amount") },
    steps = { { act "assign" { on = "c", by = "aoife" }, expect = { data = { seat = "adjusters", handler = "conor" } } } },
  },
  test "a policyholder's bank details are not changed at the desk, whatever the tier" {
    given = mary, when = update "mary" { by = "aoife" },
    cases = { { phone = "+353 1 999", expect = refused "not_allowed" }, { industry = "tea", expect = allowed } },
  },
}
