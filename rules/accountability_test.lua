-- Who answers for what, and that it is the same each time.
local ben = { person = "ben", kind = "direct" }
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei", phone = "13800000001" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "technical", summary = "Fails every night" },
}
local a_disclosure = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "privacy", summary = "A stranger knew my order" },
}
local verify   = { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } }
local transfer = { act "transfer" { on = "c", by = "ben", department = "technical" } }
local function investigated(severity, kind)
  return { act "investigate" { on = "c", by = "ben", cause = "Somebody looked", cause_kind = kind or "person", severity = severity, responsible = "mei" } }
end
local a_promise = {
  customer "li" { by = "ben", name = "Li Wei" },
  callback "cb" { by = "hf1", source = "visit", customer = "li", tier = "ordinary" },
}
local promised = { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T15:00:00+08:00" } }

return {
  -- ---- a complaint that grew ----
  test "one escalation calls nobody to account" {
    given = a_complaint, steps = { verify, { at = "2026-03-04 09:00", expect = escalated }, { act "drop" { on = "finding_1", by = "chen", decision = "x" }, expect = refused "not_found" } },
  },
  test "the second escalation calls the handler and the head to account" {
    given = a_complaint,
    steps = {
      verify, { at = "2026-03-06 09:00", expect = { escalation = 2 } },
      { on = "finding_1", expect = { in_state "proposed", data = { rule = "careless_handling", person = "ben", kind = "direct", consequence = "written_review" } } },
      { on = "finding_2", expect = { in_state "proposed", data = { rule = "careless_handling", person = "wang", kind = "direct" } } },
    },
  },
  test "a finding goes to the unit where it happened" {
    given = a_complaint, steps = { verify, { at = "2026-03-06 09:00" }, { on = "finding_1", expect = { data = { unit = "gz", confirm_by = "branch_manager" } } } },
  },
  test "whoever answers is told, and so is the one who confirms" {
    given = a_complaint, steps = { verify, { at = "2026-03-05 18:00" }, { at = "2026-03-06 09:00", expect = { told "ben", told "wang", told "branch_manager" } } },
  },
  test "a third escalation finds nobody a second time" {
    given = a_complaint, steps = { { at = "2026-03-31 09:00", expect = { escalation = 3 } }, { act "drop" { on = "finding_3", by = "chen", decision = "x" }, expect = refused "not_found" } },
  },

  -- ---- the cause is verified ----
  test "a grave fault of a person falls on the person and on the head, each as the penalties say" {
    given = a_complaint,
    steps = {
      verify, transfer, investigated "grave",
      { on = "finding_1", expect = { data = { rule = "fault_of_person", person = "mei", kind = "direct", consequence = "deduction" } } },
      { on = "finding_2", expect = { data = { rule = "fault_of_head", person = "wang", kind = "leadership", consequence = "reprimand" } } },
    },
  },
  test "a slight fault leads to nothing" {
    given = a_complaint, steps = { verify, transfer, investigated "slight", { act "drop" { on = "finding_1", by = "chen", decision = "x" }, expect = refused "not_found" } },
  },
  test "whose fault it was is said once, however often it is investigated" {
    given = a_complaint,
    steps = {
      verify, transfer, investigated "serious",
      { act "propose" { on = "c", by = "ben", remedy = "apology", amount = "0.00", plan = "Say sorry" } },
      { act "send_back" { on = "c", by = "li_na", reason = "Think again" } },
      { act "drop" { on = "finding_3", by = "chen", decision = "x" }, expect = refused "not_found" },
    },
  },

  -- ---- disclosure ----
  test "who disclosed a customer's data is dealt with, and the superior carries leadership responsibility" {
    given = a_disclosure,
    steps = {
      verify, transfer, investigated "slight",
      { on = "finding_1", expect = { data = { rule = "disclosure", person = "mei", kind = "direct", consequence = "transfer_post", confirm_by = "headquarters_centre" } } },
      { on = "finding_2", expect = { data = { rule = "disclosure", person = "li_na", kind = "leadership" } } },
    },
  },
  test "where a whole team was the cause, no single person has disclosed anything" {
    given = a_disclosure, steps = { verify, transfer, investigated("slight", "team"), { act "drop" { on = "finding_1", by = "chen", decision = "x" }, expect = refused "not_found" } },
  },

  -- ---- promises and alarms ----
  test "a promised call that was not made has a name on it" {
    given = a_promise,
    steps = {
      promised, { at = "2026-03-02 15:14", expect = in_state "promised" }, { at = "2026-03-02 15:16", expect = in_state "promise_missed" },
      { on = "finding_1", expect = { data = { rule = "missed_promise", person = "hf1", consequence = "reminder", confirm_by = "head_of_department" } } },
      { on = "finding_2", expect = { data = { rule = "missed_promise", person = "li_na", kind = "leadership" } } },
    },
  },
  test "a promised call that was made has none" {
    given = a_promise,
    steps = { promised, { at = "2026-03-02 15:05" }, { act "attempt" { on = "cb", by = "hf1", answer = "answered" } }, { after = "1 hour" }, { act "drop" { on = "finding_1", by = "chen", decision = "x" }, expect = refused "not_found" } },
  },
  test "a mass complaint calls the head to account, and the branch for leading" {
    given = mass_alarm "a" { by = "li_na", department = "technical", problem = "technical" },
    steps = {
      { on = "finding_1", expect = { data = { rule = "mass_complaint", person = "wang", kind = "direct", consequence = "reprimand" } } },
      { on = "finding_2", expect = { data = { rule = "mass_complaint", person = "zhao", kind = "leadership", confirm_by = "headquarters_centre" } } },
    },
  },
}
