-- Who may grant what, what is passed up, and that four eyes are four eyes.
local ordinary = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local quality = {
  customer "qi" { by = "ben", name = "Qi Ming", years = 5, claim_ratio = 0.01 },
  complaint "c" { by = "ben", customer = "qi", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local key = {
  customer "big" { by = "ben", name = "Big Co", revenue_year = "1000000.00" },
  complaint "c" { by = "ben", customer = "big", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local to_department = {
  { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { by = "ben", department = "finance" } },
}
return {
  test "a handler stops at one hundred for an ordinary customer" {
    given = ordinary, before = to_department, when = act "grant" { by = "ben", remedy = "refund" },
    cases = { { amount = "0.01", expect = in_state "processing" }, { amount = "100.00", expect = in_state "processing" },
              { amount = "100.01", expect = in_state "passed_up" } },
  },
  test "a handler stops at two hundred for a quality customer" {
    given = quality, before = to_department, when = act "grant" { by = "ben", remedy = "refund" },
    cases = { { amount = "200.00", expect = in_state "processing" }, { amount = "200.01", expect = in_state "passed_up" } },
  },
  test "a handler stops at five hundred for a key customer" {
    given = key, before = to_department, when = act "grant" { by = "ben", remedy = "refund" },
    cases = { { amount = "500.00", expect = in_state "processing" }, { amount = "500.01", expect = in_state "passed_up" } },
  },
  test "a handler's powers by remedy" {
    given = ordinary, before = to_department, when = act "grant" { by = "ben" },
    cases = {
      { remedy = "return",           amount = "300.00", expect = in_state "processing" },
      { remedy = "return",           amount = "300.01", expect = in_state "passed_up" },
      { remedy = "gift",             amount = "50.00",  expect = in_state "processing" },
      { remedy = "gift",             amount = "50.01",  expect = in_state "passed_up" },
      { remedy = "compensation",     amount = "0.01",   expect = in_state "passed_up" },
      { remedy = "apology",          amount = "0.00",   expect = in_state "processing" },
      { remedy = "problem_handling", amount = "900.00", expect = in_state "processing" },
    },
  },
  test "an amount below nothing is no amount" {
    given = ordinary, before = to_department, when = act "grant" { by = "ben", remedy = "refund" },
    cases = { { amount = "-1.00", expect = refused "bad_form" }, { amount = "1.001", expect = refused "bad_form" }, { expect = refused "bad_form" } },
  },
  test "what a handler may not grant goes up until somebody may" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "2000.01" },   expect = { state = "passed_up", data = { proposer = "ben" } } },
      { act "grant" { by = "li_na", remedy = "refund", amount = "2000.01" }, expect = in_state "passed_up" },
      { act "grant" { by = "wang", remedy = "refund", amount = "2000.01" },  expect = { state = "processing", data = { granter = "wang" } } },
    },
  },
  test "who may grant what was passed up" {
    given = ordinary,
    before = { to_department[1], to_department[2], { act "grant" { by = "ben", remedy = "refund", amount = "2000.00" } } },
    when = act "grant" { remedy = "refund" },
    cases = {
      { by = "li_na", amount = "2000.00",    expect = in_state "processing" },
      { by = "wang",  amount = "10000.00",   expect = in_state "processing" },
      { by = "wang",  amount = "10000.01",   expect = in_state "passed_up" },
      { by = "zhao",  amount = "100000.00",  expect = in_state "processing" },
      { by = "zhao",  amount = "100000.01",  expect = in_state "passed_up" },
      { by = "chen",  amount = "5000000.00", expect = in_state "processing" },
      { by = "ben",   amount = "50.00",      expect = refused "not_allowed" },     -- who asked does not grant
    },
  },
  test "what is turned down goes back to the department" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "gift", amount = "400.00" }, expect = in_state "passed_up" },
      { act "turn_down" { by = "li_na", reason = "Too much" },          expect = in_state "with_department" },
      { act "grant" { by = "ben", remedy = "gift", amount = "10.00" },  expect = in_state "processing" },
    },
  },
  test "who asked does not turn down either" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "li_na", remedy = "refund", amount = "3000.00" }, expect = in_state "passed_up" },
      { act "turn_down" { by = "li_na", reason = "Too much" },              expect = refused "not_allowed" },
    },
  },
  test "a supervisor turns down what is above any power of theirs" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "90000.00" }, expect = in_state "passed_up" },
      { act "turn_down" { by = "li_na", reason = "Far too much" },          expect = in_state "with_department" },
    },
  },
  test "so does the branch" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "grant" { by = "ben", remedy = "refund", amount = "90000.00" }, expect = in_state "passed_up" },
      { act "turn_down" { by = "zhao", reason = "Not for this" },          expect = in_state "with_department" },
    },
  },
  test "nobody chooses or grants what they proposed" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "investigate" { by = "ben", cause = "Two runs of one file", cause_kind = "team" } },
      { act "propose" { by = "li_na", remedy = "refund", amount = "80.00", plan = "Pay it back" }, expect = in_state "proposed" },
      { act "choose" { by = "li_na", instructions = "Do it" },              expect = refused "not_allowed" },
      { act "choose" { by = "mei", instructions = "Do it" },                expect = refused "not_allowed" },   -- no supervisor
      { act "choose" { by = "wang", instructions = "Do it" },               expect = in_state "chosen" },
      { act "grant" { by = "li_na", remedy = "refund", amount = "80.00" },  expect = refused "not_allowed" },
      { act "grant" { by = "ben", remedy = "refund", amount = "80.00" },    expect = in_state "processing" },
    },
  },
  test "of several plans the last one written is chosen from" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "investigate" { by = "ben", cause = "Two runs of one file", cause_kind = "team" } },
      { act "propose" { by = "ben", remedy = "refund", amount = "80.00", plan = "Pay it back" } },
      { act "propose" { by = "mei", remedy = "gift", amount = "50.00", plan = "A gift" }, expect = { state = "proposed", data = { proposer = "mei", remedy = "gift" } } },
      { act "send_back" { by = "li_na", reason = "Neither" },                             expect = in_state "investigated" },
    },
  },
  test "a chosen plan above the granter's power is passed up" {
    given = ordinary,
    steps = {
      to_department[1], to_department[2],
      { act "investigate" { by = "ben", cause = "Burnt goods", cause_kind = "team" } },
      { act "propose" { by = "mei", remedy = "compensation", amount = "600.00", plan = "Pay the damage" } },
      { act "choose" { by = "li_na", instructions = "Agreed" } },
      { act "grant" { by = "li_na", remedy = "compensation", amount = "600.00" }, expect = in_state "passed_up" },
      { act "grant" { by = "wang", remedy = "compensation", amount = "600.00" },  expect = in_state "processing" },
    },
  },
}
