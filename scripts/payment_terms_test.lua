-- Special terms of payment are the marketing director's or a vice president's to grant.
local given = {
  customer "li" { by = "ben", name = "Li Wei" },
  payment_terms "p" { by = "ben", customer = "li", terms = "Pay after ninety days", days = 90, reason = "A large order" },
}
return {
  test "who may grant them, and who may not" {
    given = given, when = act "grant" { on = "p", opinion = "Agreed" },
    cases = {
      { by = "lin",   expect = { state = "granted", data = { decider = "lin" }, told = { "ben" } } },
      { by = "xu",    expect = in_state "granted" },
      { by = "li_na", expect = refused "not_allowed" },
      { by = "wang",  expect = refused "not_allowed" },
      { by = "chen",  expect = refused "not_allowed" },
      { by = "ben",   expect = refused "not_allowed" },
    },
  },
  test "a decision needs an opinion" {
    given = given,
    steps = { { act "refuse" { by = "xu" }, expect = refused "bad_form" }, { act "refuse" { by = "xu", opinion = "Too long" }, expect = { state = "refused", data = { decider = "xu" } } } },
  },
  test "only who asked for special terms withdraws" {
    given = given,
    steps = { { act "withdraw" { by = "mei" }, expect = refused "not_allowed" }, { act "withdraw" { by = "ben" }, expect = in_state "withdrawn" } },
  },
  test "the director is reminded after two days, the vice president after four" {
    at = "2026-03-02 09:00", given = given,                           -- a Monday
    steps = {
      { at = "2026-03-04 08:59", expect = not_escalated },
      { at = "2026-03-04 09:00", expect = told "lin" },
      { at = "2026-03-06 09:00", expect = { escalated, told "xu" } },
    },
  },
}
