-- Complaints through the regulator.
local sent = {
  regulator_complaint "r" { by = "ben", source_number = "511074", received_on = "2026-02-27", channel = "Web", product = "Mortgage",
                            issue = "Payments", company = "Example Bank" },
}
return {
  test "an answer ends it, a dispute opens a question" {
    given = sent,
    steps = {
      { expect = in_state "received" },
      { act "send" { by = "ben", sent_on = "2026-03-02" },                                         expect = in_state "sent" },
      { act "respond" { by = "ben", response = "closed_with_explanation", timely = true },         expect = in_state "answered" },
      { act "dispute" { by = "ben", reason = "It is not so" }, expect = { state = "disputed", data = { disputed = true } } },
    },
  },
  test "where an answer leads" {
    given = sent, before = { { act "send" { by = "ben" } } }, when = act "respond" { by = "ben" },
    cases = {
      { response = "in_progress",                     expect = in_state "in_progress" },
      { response = "closed",                          expect = in_state "answered" },
      { response = "closed_with_monetary_relief",     expect = in_state "answered" },
      { response = "closed_with_non_monetary_relief", expect = in_state "answered" },
      { response = "untimely_response",               expect = in_state "untimely" },
      { response = "later",                           expect = refused "bad_form" },
      {                                               expect = refused "bad_form" },
    },
  },
  test "what is in progress is answered in the end" {
    given = sent, before = { { act "send" { by = "ben" } }, { act "respond" { by = "ben", response = "in_progress" } } },
    when = act "respond" { by = "ben" },
    cases = { { response = "in_progress", expect = in_state "in_progress" }, { response = "closed", expect = in_state "answered" },
              { response = "untimely_response", expect = in_state "untimely" } },
  },
  test "an untimely response may be disputed too" {
    given = sent, before = { { act "send" { by = "ben" } }, { act "respond" { by = "ben", response = "untimely_response" } } },
    when = act "dispute" { by = "ben" }, cases = { { expect = in_state "disputed" } },
  },
  test "a company that is silent for fifteen days is reported" {
    given = sent,
    steps = { { act "send" { by = "ben" } }, { after = "14 days", expect = not_escalated }, { after = "1 day", expect = { escalated, told "supervisor" } } },
  },
  test "a complaint that is not sent on is reported after five days" {
    given = sent, steps = { { after = "4 days", expect = not_escalated }, { after = "1 day", expect = { escalated, told "supervisor" } } },
  },
  test "two months in progress are reported" {
    given = sent,
    steps = {
      { act "send" { by = "ben" } },
      { act "respond" { by = "ben", response = "in_progress" } },
      { after = "59 days", expect = not_escalated },
      { after = "1 day",   expect = { in_state "in_progress", escalated, told "supervisor" } },
    },
  },
  test "a complaint comes in once" {
    given = sent,
    steps = { { open = regulator_complaint "again" { by = "ben", source_number = "511074", received_on = "2026-02-27", product = "Mortgage",
                                                     issue = "Payments", company = "Example Bank" }, expect = refused "already_exists" } },
  },
}
