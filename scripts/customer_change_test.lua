-- Important data of key customers, and the monthly re-verification.
local asked = {
  customer "li" { by = "ben", name = "Li Wei", phone = "13800000001", handler = "ben", unit = "gz", revenue_year = "1500000.00" },
  customer_change "cc" { by = "ben", customer = "li", new_phone = "139 0000 0009", reason = "New number, on letterhead" },
}
return {
  test "an approved change takes effect on the customer's file; what was left empty stays" {
    given = asked,
    steps = {
      { expect = in_state "asked_for" },
      { act "approve" { on = "cc", by = "lin", opinion = "Checked" }, expect = { state = "in_effect", data = { decider = "lin" } } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { phone = "139 0000 0009", name = "Li Wei" } } },
    },
  },
  test "the branch manager may approve as well" {
    given = asked,
    steps = { { act "approve" { on = "cc", by = "zhao", opinion = "Checked" }, expect = in_state "in_effect" } },
  },
  test "who asked does not approve, nor a handler" {
    given = { asked[1], customer_change "cc" { by = "zhao", customer = "li", new_name = "Li Wu", reason = "Marriage" } },
    steps = {
      { act "approve" { on = "cc", by = "zhao", opinion = "My own" }, expect = refused "four_eyes" },
      { act "approve" { on = "cc", by = "lin", opinion = "Checked" }, expect = in_state "in_effect" },
    },
  },
  test "a change that is turned down changes nothing" {
    given = asked,
    steps = {
      { act "turn_down" { on = "cc", by = "lin" }, expect = refused "bad_form" },
      { act "turn_down" { on = "cc", by = "lin", opinion = "No proof" }, expect = { state = "turned_down", data = { decider = "lin", opinion = "No proof" } } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { phone = "13800000001" } } },
    },
  },
  test "only who asked for a change withdraws it" {
    given = asked,
    steps = {
      { act "withdraw" { on = "cc", by = "zhao" }, expect = refused "not_allowed" },
      { act "withdraw" { on = "cc", by = "ben" }, expect = in_state "withdrawn" },
    },
  },
  test "an approved number that another customer has is refused" {
    given = { asked[1], customer "wu" { by = "ben", name = "Wu", phone = "13900000009" }, asked[2] },
    steps = { { act "approve" { on = "cc", by = "lin", opinion = "Checked" }, expect = refused "already_exists" } },
  },
  test "a change that waits two business days climbs" {
    at = "2026-03-02 09:00", given = asked,
    steps = { { at = "2026-03-04 08:59", expect = not_escalated }, { at = "2026-03-04 09:00", expect = escalated } },
  },

  -- the monthly re-verification
  test "key customers' dossiers are re-verified every month, others' are not" {
    at = "2026-03-02 10:00",
    given = {
      customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz", revenue_year = "1500000.00" },
      customer "wu" { by = "ben", name = "Wu", handler = "mei", unit = "gz" },
    },
    steps = {
      { at = "2026-03-04 08:59", expect = {} },
      { at = "2026-03-04 09:00", expect = told "ben" },
      { at = "2026-04-01 09:00", expect = told "ben" },
    },
  },
  test "a re-verification is noted in the customer's file" {
    at = "2026-03-02 10:00",
    given = {
      customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" },
      customer_review "v" { by = "li_na", customer = "li" },
    },
    steps = {
      { act "verify" { on = "v", by = "kf1", correct = true }, expect = refused "not_found" },
      { act "verify" { on = "v", by = "ben" }, expect = refused "bad_form" },
      { act "verify" { on = "v", by = "ben", correct = true }, expect = { state = "verified", data = { verifier = "ben" } } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { verified_on = "2026-03-02" } } },
    },
  },
  test "a dossier nobody verifies is missed in the end, and the supervisor knows before" {
    at = "2026-03-02 10:00",
    given = { customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" }, customer_review "v" { by = "li_na", customer = "li" } },
    steps = { { after = "15 days", expect = escalated }, { after = "20 days", expect = in_state "missed" } },
  },
}
