-- The service desk. Its clock is the hotline's: day and night.
local an_incident = { incident "i" { by = "ben", summary = "No mail", priority = "high" } }
return {
  test "an incident is taken up, resolved and closed" {
    given = an_incident,
    steps = {
      { expect = in_state "new" },
      { act "update" { by = "ben", note = "Called back" },  expect = in_state "new" },
      { act "assign" { by = "ben", handler = "ben" },       expect = { state = "active", data = { handler = "ben" } } },
      { act "assign" { by = "ben", handler = "mei" },       expect = { state = "active", data = { handler = "mei", reopen_count = 0 } } },
      { act "resolve" { by = "mei", closed_code = "fixed" }, expect = in_state "resolved" },
      { act "resolve" { by = "mei" },                       expect = in_state "resolved" },
      { act "close" { by = "mei" },                         expect = in_state "closed" },
      { act "close" { by = "mei" },                         expect = in_state "closed" },
    },
  },
  test "from new an incident goes where it must" {
    given = an_incident,
    steps = { { act "close" { by = "ben" }, expect = in_state "closed" } },
  },
  test "an incident may wait for a vendor from the start" {
    given = an_incident,
    steps = {
      { act "wait_for_vendor" { by = "ben", vendor = "V8" }, expect = { state = "awaiting_vendor", data = { vendor = "V8" } } },
      { act "assign" { by = "ben" },                         expect = in_state "active" },
      { act "wait_for_vendor" { by = "ben" },                expect = in_state "awaiting_vendor" },
      { act "resolve" { by = "ben" },                        expect = in_state "resolved" },
    },
  },
  test "an incident may wait for evidence from the start" {
    given = an_incident,
    steps = {
      { act "wait_for_evidence" { by = "ben" }, expect = in_state "awaiting_evidence" },
      { act "assign" { by = "ben" },            expect = in_state "active" },
      { act "wait_for_evidence" { by = "ben" }, expect = in_state "awaiting_evidence" },
      { at = "2026-03-16 09:00",                expect = { in_state "awaiting_evidence", paused } },
    },
  },
  test "an incident may wait for the problem behind it" {
    given = an_incident,
    steps = {
      { act "assign" { by = "ben" } },
      { act "wait_for_problem" { by = "ben" }, expect = in_state "awaiting_problem" },
      { act "assign" { by = "ben" },           expect = in_state "active" },
      { act "wait_for_user" { by = "ben" },    expect = in_state "awaiting_user_info" },
      { act "wait_for_problem" { by = "ben" }, expect = in_state "awaiting_problem" },
      { act "resolve" { by = "ben" },          expect = in_state "resolved" },
    },
  },
  test "a user's answer may be the solution" {
    given = an_incident, before = { { act "wait_for_user" { by = "ben" } } },
    when = act "resolve" { by = "ben" }, cases = { { expect = in_state "resolved" } },
  },
  test "who waits is reminded" {
    given = { incident "i" { by = "ben", summary = "No mail", priority = "low" } },
    steps = {
      { act "assign" { by = "ben", handler = "mei" } },
      { act "wait_for_user" { by = "ben" } },
      { after = "14 days", expect = { told "owner", in_state "awaiting_user_info", not_escalated } },
      { act "wait_for_vendor" { by = "ben" } },
      { after = "14 days", expect = { told "owner", in_state "awaiting_vendor" } },
      { act "assign" { by = "ben" } },
      { act "wait_for_problem" { by = "ben" } },
      { after = "30 days", expect = { told "owner", in_state "awaiting_problem", not_escalated } },
      { act "resolve" { by = "ben" } },
      { after = "30 days", expect = { told "owner", in_state "resolved", not_escalated } },
    },
  },
  test "work without progress is told after a week" {
    given = { incident "i" { by = "ben", summary = "No mail", priority = "low" } },
    steps = {
      { act "assign" { by = "ben" } },
      { after = "6 days", expect = not_escalated },
      { after = "1 day",  expect = { escalated, told "supervisor" } },
    },
  },
  test "the wait for the user stops the clock" {
    given = an_incident,
    steps = {
      { expect = { deadline = { name = "within", due = "2026-03-02 17:00" } } },
      { at = "2026-03-02 11:00" },
      { act "wait_for_user" { by = "ben" }, expect = { in_state "awaiting_user_info", paused } },
      { at = "2026-03-05 11:00", expect = { not_escalated, paused } },
      { act "assign" { by = "ben" },        expect = { state = "active", deadline = { name = "within", due = "2026-03-05 17:00" } } },
      { at = "2026-03-05 17:00", expect = { escalated, told "supervisor" } },
    },
  },
  test "an incident that nobody takes up is told after a day" {
    given = { incident "i" { by = "ben", summary = "No mail", priority = "low" } },
    steps = { { at = "2026-03-03 08:59", expect = not_escalated }, { at = "2026-03-03 09:00", expect = escalated } },
  },
  test "waiting goes on to other waiting" {
    given = an_incident,
    steps = {
      { act "wait_for_problem" { by = "ben" },  expect = in_state "awaiting_problem" },
      { act "wait_for_problem" { by = "ben" },  expect = in_state "awaiting_problem" },
      { act "wait_for_user" { by = "ben" },     expect = in_state "awaiting_user_info" },
      { act "wait_for_user" { by = "ben" },     expect = in_state "awaiting_user_info" },
      { act "wait_for_vendor" { by = "ben" },   expect = in_state "awaiting_vendor" },
      { act "wait_for_vendor" { by = "ben" },   expect = in_state "awaiting_vendor" },
      { act "wait_for_user" { by = "ben" },     expect = in_state "awaiting_user_info" },
      { act "wait_for_evidence" { by = "ben" }, expect = in_state "awaiting_evidence" },
      { act "wait_for_evidence" { by = "ben" }, expect = in_state "awaiting_evidence" },
      { act "resolve" { by = "ben" },           expect = in_state "resolved" },
    },
  },
  test "what comes back is counted" {
    given = an_incident,
    steps = {
      { act "resolve" { by = "ben" },                        expect = in_state "resolved" },
      { act "assign" { by = "ben" },                         expect = { state = "active", data = { reopen_count = 1 } } },
      { act "resolve" { by = "ben" } },
      { act "close" { by = "ben" },                          expect = in_state "closed" },
      { act "assign" { by = "ben" },                         expect = { state = "active", data = { reopen_count = 2 } } },
    },
  },
  test "a closed incident takes no other event" {
    given = an_incident, before = { { act "close" { by = "ben" } } },
    when = act "resolve" { by = "ben" }, cases = { { expect = refused "wrong_state" } },
  },
  test "the front desk does not work on incidents" {
    given = an_incident, when = act "assign" { by = "kf1" }, cases = { { expect = refused "not_found" } },
  },
}
