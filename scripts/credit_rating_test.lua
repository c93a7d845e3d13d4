-- Ratings: the documents first, then the form, then a score; and the fall of who does not fulfil.
local given = {
  customer "li" { by = "ben", name = "Li Trading", revenue_year = "2000000.00" },
  credit_rating "r" { by = "ben", customer = "li", year = 2025, years_known = 6 },
}
local documents = { act "hand_in" { on = "r", by = "ben", identity_copy = true, licence_copy = true, statements_year = true, statements_quarter = true } }
return {
  test "a rating may be given up, with its reason" {
    given = given, when = act "give_up" { on = "r", by = "ben" },
    cases = { { reason = "The customer sells the firm", expect = in_state "given_up" }, { expect = refused "bad_form" } },
  },
  test "nothing is rated before the four documents are there" {
    given = given,
    steps = {
      { act "rate" { on = "r", by = "ben", traded = "0.00", due = 1, fulfilled = 1, years_known = 6 }, expect = refused "not_allowed" },
      { act "hand_in" { on = "r", by = "ben", identity_copy = true, licence_copy = true, statements_year = true } },
      { act "rate" { on = "r", by = "ben", traded = "0.00", due = 1, fulfilled = 1, years_known = 6 }, expect = refused "not_allowed" },
      documents,
      { act "rate" { on = "r", by = "ben", traded = "0.00", due = 1, fulfilled = 1, years_known = 6 }, expect = in_state "rated" },
    },
  },
  test "a rating is scored and graded by the tables" {
    given = given, before = { documents }, when = act "rate" { on = "r", by = "ben" },
    cases = {
      { traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6, profitable = true,
        expect = { state = "rated", data = { fulfilment = 99, score = 100, grade = "green" }, rule = "credit.grade/green" } },
      { traded = "1000000.00", due = 30, fulfilled = 28, years_known = 6, profitable = true,
        expect = { data = { fulfilment = 93, score = 75, grade = "yellow" }, told = { "ben" } } },
      { traded = "50000.00", due = 3, fulfilled = 2, years_known = 1,
        expect = { data = { fulfilment = 66, score = 10, grade = "black" } } },
    },
  },
  test "more contracts cannot be fulfilled than were due, and of none nothing follows" {
    given = given, before = { documents }, when = act "rate" { on = "r", by = "ben", traded = "1.00", years_known = 1 },
    cases = { { due = 0, fulfilled = 0, expect = refused "not_allowed" }, { due = 2, fulfilled = 3, expect = refused "not_allowed" } },
  },
  test "under the fulfilment rate a key customer falls to ordinary by itself" {
    given = given,
    steps = {
      { on = "li", expect = { data = { tier = "key" } } },
      documents,
      { act "rate" { on = "r", by = "ben", traded = "6000000.00", due = 100, fulfilled = 59, years_known = 6 },
        expect = { state = "filed", rule = "falls", told = { "ben", "li_na" } } },
      { on = "li", expect = { data = { tier = "ordinary", credit = "black", fallen = true } } },
    },
  },
  test "at the fulfilment rate it stands" {
    given = given,
    steps = {
      documents,
      { act "rate" { on = "r", by = "ben", traded = "6000000.00", due = 100, fulfilled = 60, years_known = 6 }, expect = in_state "rated" },
      { on = "li", expect = { data = { tier = "key" } } },
    },
  },
  test "documents that don't come are asked for after fifteen days" {
    at = "2026-03-02 09:00", given = given,
    steps = { { at = "2026-03-20 18:00", expect = not_escalated }, { at = "2026-03-23 09:00", expect = { escalated, told "li_na" } } },
  },
  test "who does not apply within five days has missed it" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      documents,
      { act "rate" { on = "r", by = "ben", traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6 }, expect = in_state "rated" },
      { at = "2026-03-09 09:00", expect = { state = "filed", told = { "li_na" } } },
    },
  },
}
