-- Money goes to the customer's account once, when the remedy is carried out; months and campaigns have their ceilings.
local given = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local to_department = {
  { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { by = "ben", department = "finance" } },
}
local function nothing_for(remedy)
  return {
    to_department[1], to_department[2],
    { act "grant" { by = "ben", remedy = remedy, amount = "50.00" } },
    { act "close" { by = "ben", result = "Done" }, expect = { balance = { customer_credit = { li = "0.00" } } } },
  }
end
-- Another complaint of the same customer, worked up to the point where something is granted.
local function another(name)
  return { open = complaint(name) { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Again" } },
         { act "verify" { on = name, by = "ben", ground = "sufficient", demand = "reasonable" } },
         { act "transfer" { on = name, by = "ben", department = "finance" } }
end
local o1, o2, o3 = another "d"
return {
  test "nothing is posted when it is granted, everything when it is carried out" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "80.00" },
        expect = { state = "processing", balance = { customer_credit = { li = "0.00" } } } },
      { act "feed_back" { by = "ben", result = "Paid back" },
        expect = { state = "fed_back", data = { paid_key = "CP-2026-000001/0" }, balance = { customer_credit = { li = "80.00" } } } },
    },
  },
  test "also where the short way ends" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "return", amount = "12.34" } },
      { act "close" { by = "ben", result = "Taken back" }, expect = { state = "closed", balance = { customer_credit = { li = "12.34" } } } },
    },
  },
  test "a gift is no money on the account" { given = given, steps = nothing_for "gift" },
  test "seeing to the problem is no money on the account" { given = given, steps = nothing_for "problem_handling" },
  test "an apology costs nothing" { given = given, steps = nothing_for "apology" },
  test "what is reopened and granted again is posted again, under another key" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "80.00" } },
      { act "close" { by = "ben", result = "Paid back" } },
      { act "reopen" { by = "kf1" }, expect = { state = "with_department", balance = { customer_credit = { li = "80.00" } } } },
      { act "grant" { by = "ben", remedy = "refund", amount = "5.00" } },
      { act "close" { by = "ben", result = "The rest" },
        expect = { data = { paid_key = "CP-2026-000001/1" }, balance = { customer_credit = { li = "85.00" } } } },
    },
  },
  test "a supervisor takes a payment back after a reopening, once" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "take_back" { by = "li_na", reason = "Nothing paid" }, expect = refused "not_allowed" },
      { act "grant" { by = "ben", remedy = "refund", amount = "80.00" } },
      { act "close" { by = "ben", result = "Paid back" } },
      { act "reopen" { by = "kf1" } },
      { act "take_back" { by = "ben", reason = "Was not charged twice" },   expect = refused "not_allowed" },
      { act "take_back" { by = "li_na", reason = "Was not charged twice" }, expect = { allowed, balance = { customer_credit = { li = "0.00" } } } },
      { act "take_back" { by = "li_na", reason = "Again" },                 expect = refused "not_allowed" },
    },
  },
  test "a handler's month is over at two thousand" {
    given = {
      customer "li" { by = "ben", name = "Big Co", revenue_year = "1000000.00" },                     -- a key customer: 500.00 at once
      complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
    },
    before = { to_department[1], to_department[2], { act "grant" { by = "ben", remedy = "refund", amount = "500.00" } },
      o1, o2, o3, { act "grant" { by = "ben", remedy = "problem_handling", amount = "1400.00" } },
      { open = complaint "e" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Three" } },
      { act "verify" { on = "e", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "e", by = "ben", department = "finance" } } },
    when = act "grant" { on = "e", by = "ben", remedy = "refund" },
    cases = {
      { amount = "100.00", expect = { state = "processing", rule = "handler_month" } },
      { amount = "100.01", expect = { state = "passed_up", rule = "handler_month" } },
    },
  },
  test "a new month begins anew" {
    at = "2026-03-31 09:00", given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "problem_handling", amount = "2000.00" }, expect = in_state "processing" },
      o1, o2, o3,
      { act "grant" { on = "d", by = "ben", remedy = "refund", amount = "0.01" }, expect = in_state "passed_up" },
      { at = "2026-04-01 09:00" },
      { open = complaint "e" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "April" } },
      { act "verify" { on = "e", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "e", by = "ben", department = "finance" } },
      { act "grant" { on = "e", by = "ben", remedy = "refund", amount = "100.00" }, expect = in_state "processing" },
    },
  },
  test "what a handler's month no longer holds, the supervisor's may" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "problem_handling", amount = "2000.00" } },
      o1, o2, o3,
      { act "grant" { on = "d", by = "ben", remedy = "refund", amount = "10.00" },   expect = in_state "passed_up" },
      { act "grant" { on = "d", by = "li_na", remedy = "refund", amount = "10.00" }, expect = { state = "processing", rule = "supervisor_month" } },
    },
  },
  test "what a deputy grants by another's right counts in the other's month" {
    at = "2026-03-02 09:00",
    given = { customer "li" { by = "ben", name = "Li Wei" },
              employee "eva" { by = "guo", login = "eva", name = "Eva Lin", unit = "gz", team = "g1", roles = { "handler" } } },
    before = {
      act "begin" { on = "eva", by = "guo" },
      complaint "c" { by = "eva", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
      { act "verify" { on = "c", by = "eva", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "c", by = "eva", department = "finance" } },
      complaint "d" { by = "eva", customer = "li", channel = "hotline", problem = "billing", summary = "Two" },
      { act "verify" { on = "d", by = "eva", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "d", by = "eva", department = "finance" } },
      complaint "e" { by = "mei", customer = "li", channel = "hotline", problem = "billing", summary = "Three" },
      { act "verify" { on = "e", by = "mei", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "e", by = "mei", department = "finance" } },
      act "delegate" { on = "eva", by = "eva", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },
      { act "grant" { on = "c", by = "mei", remedy = "problem_handling", amount = "1500.00" }, expect = { state = "processing", data = { granter = "mei" } } },
    },
    when = act "grant" { remedy = "problem_handling" },
    cases = {
      { on = "d", by = "eva", amount = "500.01",  expect = { state = "passed_up", rule = "handler_month" } },
      { on = "d", by = "mei", amount = "500.01",  expect = { state = "passed_up", rule = "handler_month" } },
      { on = "d", by = "eva", amount = "500.00",  expect = in_state "processing" },
      { on = "e", by = "mei", amount = "2000.00", expect = in_state "processing" },     -- the deputy's own month is still whole
    },
  },
  test "a unit's month is over at fifty thousand; the branch may let it go further" {
    given = given,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "return", amount = "19000.00" }, expect = in_state "passed_up" },
      { act "grant" { by = "wang", remedy = "problem_handling", amount = "49990.00" }, expect = in_state "processing" },
      o1, o2, o3,
      { act "grant" { on = "d", by = "ben", remedy = "refund", amount = "10.01" },  expect = { state = "passed_up", rule = "unit_month" } },
      { act "grant" { on = "d", by = "wang", remedy = "refund", amount = "10.01" }, expect = { state = "passed_up", rule = "unit_month" } },
      { act "grant" { on = "d", by = "zhao", remedy = "refund", amount = "10.01" }, expect = { state = "processing", rule = "unit_month_branch" } },
    },
  },
  test "a campaign spends its budget and no more" {
    given = {
      customer "li" { by = "ben", name = "Li Wei" },
      campaign "spring" { by = "lin", name = "Spring", budget = "60.00" },
      complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
    },
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "gift", amount = "50.00", campaign = "spring" }, expect = in_state "processing" },
      o1, o2, o3,
      { act "grant" { on = "d", by = "ben", remedy = "gift", amount = "10.01", campaign = "spring" },   expect = { state = "passed_up", rule = "campaign_budget" } },
      { act "grant" { on = "d", by = "li_na", remedy = "gift", amount = "10.01", campaign = "spring" }, expect = in_state "passed_up" },
      { act "grant" { on = "d", by = "li_na", remedy = "gift", amount = "10.00", campaign = "spring" }, expect = in_state "processing" },
    },
  },
  test "only the headquarters centre goes over a campaign's budget" {
    given = {
      customer "li" { by = "ben", name = "Li Wei" },
      campaign "spring" { by = "lin", name = "Spring", budget = "0.00" },
      complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
    },
    before = { to_department[1], to_department[2], { act "grant" { by = "ben", remedy = "gift", amount = "10.00", campaign = "spring" }, expect = in_state "passed_up" } },
    when = act "grant" { remedy = "gift", amount = "10.00", campaign = "spring" },
    cases = {
      { by = "zhao", expect = in_state "passed_up" },
      { by = "chen", expect = in_state "processing" },
    },
  },
  test "what is taken back is in the campaign's budget again; a gift is not" {
    given = {
      customer "li" { by = "ben", name = "Li Wei" },
      campaign "spring" { by = "lin", name = "Spring", budget = "60.00" },
      complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
    },
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "50.00", campaign = "spring" }, expect = { balance = { campaign_spend = { spring = "50.00" } } } },
      { act "close" { by = "ben", result = "Paid back" }, expect = { balance = { customer_credit = { li = "50.00" } } } },
      { act "reopen" { on = "c", by = "kf1" }, expect = { balance = { campaign_spend = { spring = "50.00" } } } },
      { act "take_back" { on = "c", by = "li_na", reason = "Was not charged twice" },
        expect = { balance = { campaign_spend = { spring = "0.00" }, customer_credit = { li = "0.00" } } } },
      { act "grant" { on = "c", by = "ben", remedy = "gift", amount = "50.00", campaign = "spring" },
        expect = { state = "processing", balance = { campaign_spend = { spring = "50.00" } } } },
      { act "close" { on = "c", by = "ben", result = "A gift" } },
      { act "reopen" { on = "c", by = "kf1" } },
      { act "take_back" { on = "c", by = "li_na", reason = "Nothing paid" }, expect = refused "not_allowed" },
    },
  },
  test "a payment is taken back also where a gift came out of the campaign after it" {
    given = {
      customer "li" { by = "ben", name = "Li Wei" },
      campaign "spring" { by = "lin", name = "Spring", budget = "60.00" },
      complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "One" },
    },
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "20.00" }, expect = { balance = { campaign_spend = { spring = "0.00" } } } },
      { act "close" { by = "ben", result = "Paid back" } },
      { act "reopen" { on = "c", by = "kf1" } },
      { act "grant" { on = "c", by = "ben", remedy = "gift", amount = "30.00", campaign = "spring" } },
      { act "close" { on = "c", by = "ben", result = "A gift" } },
      { act "reopen" { on = "c", by = "kf1" } },
      { act "take_back" { on = "c", by = "li_na", reason = "Was not charged twice" },
        expect = { balance = { campaign_spend = { spring = "30.00" }, customer_credit = { li = "0.00" } } } },
    },
  },
  test "a handler makes no campaign" {
    given = given,
    steps = { { open = campaign "x" { by = "ben", name = "Mine", budget = "9999.00" }, expect = refused "not_allowed" } },
  },
}
