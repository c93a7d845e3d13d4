-- Whose cause it was: one person corrects at once and reports; a team corrects, and its head explains to the customer. Penalties by rule.
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local to_department = {
  { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "finance" } },
}
local by_person = { act "investigate" { on = "c", by = "ben", cause = "A slip", cause_kind = "person", responsible = "mei", severity = "serious" } }
local by_team   = { act "investigate" { on = "c", by = "ben", cause = "No check", cause_kind = "team", severity = "slight" } }
local grave     = { act "investigate" { on = "c", by = "ben", cause = "No check", cause_kind = "team", severity = "grave" } }
return {
  test "who caused it is told to correct it at once, and the head with them" {
    given = a_complaint,
    steps = { to_department[1], to_department[2],
              { act "investigate" { on = "c", by = "ben", cause = "A slip", cause_kind = "person", responsible = "mei", severity = "serious" }, expect = { told "mei", told "wang" } },
              { on = "correction", expect = { state = "open", data = { complaint = "c", responsible = "mei", severity = "serious", department = "finance", unit = "gz" },
                                              deadline = { name = "open", due = "2026-03-03 09:00" } } },
              { on = "c", expect = { state = "investigated", data = { correction = "correction_1", responsible = "mei" } } } },
  },
  test "of a slight one, too, and the head of a team that has to correct" {
    given = a_complaint, before = to_department, when = act "investigate" { on = "c", by = "ben", cause = "A slip", severity = "slight" },
    cases = { { cause_kind = "person", responsible = "mei", expect = { told "mei", told "wang" } }, { cause_kind = "team", expect = told "wang" } },
  },
  test "one person corrects and reports, and the complaint hears of it" {
    given = a_complaint,
    steps = {
      to_department[1], to_department[2], by_person,
      { act "report" { on = "correction", by = "ben", correction = "x" }, expect = refused "not_allowed" },
      { act "report" { on = "correction", by = "mei" }, expect = refused "bad_form" },
      { act "report" { on = "correction", by = "mei", correction = "The entry is put right" }, expect = { state = "done", data = { reporter = "mei" } } },
      { on = "c", expect = { data = { corrected = true } } },
    },
  },
  test "a supervisor may report in the person's place" {
    given = a_complaint,
    steps = { to_department[1], to_department[2], by_person,
              { act "report" { on = "correction", by = "li_na", correction = "Done for her" }, expect = in_state "done" } },
  },
  test "a team corrects, and its head explains to the customer" {
    given = a_complaint,
    steps = {
      to_department[1], to_department[2], by_team,
      { act "report" { on = "correction", by = "li_na", correction = "Every file is checked" }, expect = in_state "to_explain" },
      { on = "c", expect = { state = "investigated" } },
      { act "explain" { on = "correction", by = "li_na", explanation = "We called" }, expect = refused "not_allowed" },       -- only the head may
      { act "explain" { on = "correction", by = "wang", explanation = "We called and apologised" }, expect = { state = "done", data = { explained_by = "wang" } } },
      { on = "c", expect = { data = { corrected = true } } },
    },
  },
  test "a correction that is late climbs to the head, then to the branch" {
    given = a_complaint,
    steps = {
      to_department[1], to_department[2], by_person,
      { at = "2026-03-03 08:59", on = "correction", expect = not_escalated },
      { at = "2026-03-03 09:00", on = "correction", expect = { escalated, told "head_of_department" } },
      { at = "2026-03-05 09:00", on = "correction", expect = told "branch_manager" },
    },
  },
  test "a grave cause is corrected within four hours" {
    given = a_complaint,
    steps = { to_department[1], to_department[2], grave,
              { on = "correction", expect = { deadline = { name = "open", due = "2026-03-02 14:00" } } },
              { at = "2026-03-03 09:00", on = "correction", expect = { escalated, told "branch_manager" } } },
  },
  test "a head who does not explain is reminded, then the branch hears of it" {
    given = a_complaint,
    steps = {
      to_department[1], to_department[2], by_team,
      { act "report" { on = "correction", by = "li_na", correction = "Every file is checked" } },
      { at = "2026-03-03 09:00", on = "correction", expect = { in_state "to_explain", escalated, told "head_of_department" } },
      { at = "2026-03-05 09:00", on = "correction", expect = told "branch_manager" },
    },
  },
  test "after a grave cause the head explains within four hours" {
    given = a_complaint,
    steps = { to_department[1], to_department[2], grave,
              { act "report" { on = "correction", by = "wang", correction = "Stopped the line" },
                expect = { state = "to_explain", deadline = { name = "to_explain", due = "2026-03-02 14:00" } } } },
  },
  test "the penalty is proposed by rule, for the person and for the head" {
    given = a_complaint, before = to_department,
    when = act "investigate" { on = "c", by = "ben", cause = "x", cause_kind = "person", responsible = "mei" },
    cases = {
      {                       expect = { data = { penalty_direct = "none",           penalty_head = "none" } } },
      { severity = "slight",  expect = { data = { penalty_direct = "none",           penalty_head = "none" } } },
      { severity = "serious", expect = { data = { penalty_direct = "written_review", penalty_head = "reminder" } } },
      { severity = "grave",   expect = { data = { penalty_direct = "deduction",      penalty_head = "reprimand" } } },
    },
  },
  test "who causes a second one within half a year is dealt with harder" {
    given = { a_complaint[1], a_complaint[2],
              complaint "d" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" } },
    steps = {
      to_department[1], to_department[2], by_person,
      { act "verify" { on = "d", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "d", by = "ben", department = "logistics" } },
      { act "investigate" { on = "d", by = "ben", cause = "Again", cause_kind = "person", responsible = "mei", severity = "serious" },
        expect = { data = { penalty_direct = "deduction", penalty_head = "written_review" } } },
    },
  },
  test "half a year later it is a first one again" {
    given = a_complaint,
    steps = {
      to_department[1], to_department[2], by_person,
      { at = "2026-09-02 09:00" },
      { complaint "e" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" } },
      { act "verify" { on = "e", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "e", by = "ben", department = "logistics" } },
      { act "investigate" { on = "e", by = "ben", cause = "A slip", cause_kind = "person", responsible = "mei", severity = "serious" },
        expect = { data = { penalty_direct = "written_review" } } },
    },
  },
}
