-- The way of a complaint, from the first word to the archive.
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
return {
  test "a complaint goes the whole way, step by step" {
    given = a_complaint,
    steps = {
      { expect = { state = "received", data = { handler = "ben", unit = "gz", customer_tier = "ordinary", priority = "normal", track = "normal" } } },
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" },                         expect = in_state "verified" },
      { act "transfer" { by = "ben", department = "finance", handler = "mei" },                            expect = in_state "with_department" },
      { act "investigate" { by = "mei", cause = "Two runs of one file", cause_kind = "person", responsible = "kf1" }, expect = in_state "investigated" },
      { act "report" { on = "correction", by = "kf1", correction = "The second file is locked" },           expect = in_state "done" },
      { act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" },  expect = { state = "proposed", data = { proposer = "mei", corrected = true } } },
      { act "choose" { by = "li_na", instructions = "Today, with a call" },                                expect = { state = "chosen", data = { chooser = "li_na" } } },
      { act "grant" { by = "li_na", remedy = "refund", amount = "80.00" },                                 expect = { state = "processing", data = { granter = "li_na", amount = "80.00" } } },
      { act "feed_back" { by = "mei", result = "80.00 paid back" },                                        expect = in_state "fed_back" },
      { act "follow_up" { by = "hf1", satisfied = true, suggestions = "A text message would do" },         expect = in_state "followed_up" },
      { act "summarise" { by = "mei", assessment = "Good", measures = "Check for double runs" },           expect = in_state "summarised" },
      { act "archive" { by = "dang" },                                                                     expect = in_state "archived" },
      { act "withdraw" { by = "ben" },                                                                     expect = refused "wrong_state" },
    },
  },
  test "a simple case takes five steps" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "refund", amount = "100.00" }, expect = { state = "processing", data = { granter = "ben" } } },
      { act "close" { by = "ben", result = "Paid back" },                 expect = { state = "closed", data = { result = "Paid back" } } },
      { after = "29 days", expect = in_state "closed" },
      { after = "1 day",   expect = in_state "archived" },
    },
  },
  test "what is not upheld is explained, and archived thirty days later" {
    given = a_complaint,
    when = act "verify" { by = "ben" },
    cases = {
      { ground = "insufficient", demand = "reasonable",   expect = in_state "explained" },
      { ground = "sufficient",   demand = "unreasonable", expect = in_state "explained" },
      { ground = "insufficient", demand = "unreasonable", expect = in_state "explained" },
      { ground = "sufficient",   demand = "reasonable",   expect = in_state "verified" },
    },
  },
  test "an explained case is filed when nothing more is heard" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "insufficient", demand = "reasonable" }, expect = in_state "explained" },
      { after = "30 days", expect = in_state "archived" },
    },
  },
  test "who does not accept the explanation is heard again" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "insufficient", demand = "reasonable" } },
      { act "reopen" { by = "kf1", remark = "Brought the receipt" }, expect = { state = "received", data = { reopened = 1 } } },
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" }, expect = in_state "verified" },
    },
  },
  test "a form that lacks what it must have is refused" {
    given = a_complaint,
    when = act "verify" { by = "ben" },
    cases = {
      { ground = "sufficient", expect = refused "bad_form" },
      { demand = "reasonable", expect = refused "bad_form" },
      { ground = "enough", demand = "reasonable", expect = refused "bad_form" },
    },
  },
  test "no step is left out" {
    given = a_complaint,
    cases = { { expect = refused "wrong_state" } },
    when = act "transfer" { by = "ben", department = "finance" },
  },
  test "the handler passes a case to another department" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" },                    expect = { data = { handler = "ben", department = "finance" } } },
      { act "transfer" { by = "ben", department = "technical", handler = "mei" }, expect = { state = "with_department", data = { handler = "mei", department = "technical" } } },
    },
  },
  test "the department and the owner hear of a transfer" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" }, expect = { told "head_of_department", told "owner" } },
    },
  },
  test "a customer may withdraw" {
    given = a_complaint,
    steps = {
      { act "withdraw" { by = "kf1", remark = "It was my mistake" }, expect = in_state "withdrawn" },
      { act "reopen" { by = "kf1" }, expect = refused "wrong_state" },
    },
  },
  test "what is being processed is not withdrawn" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "refund", amount = "10.00" } },
      { act "withdraw" { by = "ben" }, expect = refused "wrong_state" },
    },
  },
  test "an unsatisfied answer at the callback reopens the case" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "refund", amount = "10.00" } },
      { act "feed_back" { by = "ben", result = "10.00 paid back" } },
      { act "follow_up" { by = "hf1", satisfied = false }, expect = { state = "with_department", data = { reopened = 1 } } },
      { act "grant" { by = "ben", remedy = "refund", amount = "90.00" }, expect = in_state "processing" },
    },
  },
  test "a closed case may be reopened for thirty days" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "apology", amount = "0.00" } },
      { act "close" { by = "ben", result = "Letter sent" } },
      { after = "29 days", expect = in_state "closed" },
      { act "reopen" { by = "kf1", remark = "No letter came" }, expect = { state = "with_department", data = { reopened = 1 } } },
    },
  },
  test "after thirty days a closed case is in the archive for good" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "apology", amount = "0.00" } },
      { act "close" { by = "ben", result = "Letter sent" } },
      { after = "30 days", expect = in_state "archived" },
      { act "reopen" { by = "kf1" }, expect = refused "wrong_state" },
    },
  },
  test "a callback after closing changes nothing for who is satisfied" {
    given = a_complaint,
    before = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "apology", amount = "0.00" } },
      { act "close" { by = "ben", result = "Letter sent" } },
    },
    when = act "follow_up" { by = "hf1" },
    cases = { { satisfied = true, expect = in_state "closed" }, { satisfied = false, expect = in_state "with_department" } },
  },
}
