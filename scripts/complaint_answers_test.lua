-- Every answer reaches the customer (rules/templates.lua).
local case = {
  customer "li" { by = "ben", name = "Li Wei", phone = "13800000001" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", symptom = "charged_twice", summary = "Charged twice" },
}
local verify   = { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } }
local transfer = { act "transfer" { on = "c", by = "ben", department = "finance" } }
local grant    = { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "50.00" } }

return {
  test "the customer is told at once when the answer is due" {
    given = customer "li" { by = "ben", name = "Li Wei" },
    steps = { { open = complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "x" }, expect = told "customer" } },
  },
  test "where a complaint is not upheld, the customer is told why" {
    given = case,
    steps = { { act "verify" { on = "c", by = "ben", ground = "insufficient", demand = "reasonable", findings = "Charged once" }, expect = { in_state "explained", told "customer" } } },
  },
  test "a question reaches the customer" {
    given = case, steps = { verify, transfer, { act "ask" { on = "c", by = "ben", question = "Which card?" }, expect = { in_state "with_customer", told "customer" } } },
  },
  test "a customer who does not answer is told that the case is closed" {
    given = case,
    steps = { verify, transfer, { act "ask" { on = "c", by = "ben", question = "Which card?" } }, { after = "11 days", expect = { in_state "closed", told "customer" } } },
  },
  test "a staged answer reaches the customer" {
    given = case,
    steps = { verify, transfer, { act "answer_stage" { on = "c", by = "ben", interim_answer = "We have asked the bank" }, expect = told "customer" } },
  },
  test "the result reaches the customer" {
    given = case, steps = { verify, transfer, grant, { act "close" { on = "c", by = "ben", result = "Paid back" }, expect = { in_state "closed", told "customer" } } },
  },
  test "a customer who comes back is told that we begin again" {
    given = case,
    steps = { verify, transfer, grant, { act "close" { on = "c", by = "ben", result = "Paid back" } }, { act "reopen" { on = "c", by = "ben" }, expect = told "customer" } },
  },
  test "who can't be reached by phone gets a letter" {
    given = { customer "li" { by = "ben", name = "Li Wei", region = "china" }, callback "cb" { by = "hf1", source = "visit", customer = "li", tier = "ordinary" } },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { after = "2 days" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { after = "3 days" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } },
      { act "write" { on = "cb", by = "hf1" }, expect = { in_state "written", told "customer" } },
    },
  },
  test "a withdrawal is confirmed" {
    given = case, steps = { { act "withdraw" { on = "c", by = "ben" }, expect = { in_state "withdrawn", told "customer" } } },
  },
}
