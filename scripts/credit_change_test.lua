-- Another grade: applied for, reviewed the same day, signed within three days or one more, and nobody twice.
local given = {
  customer "li" { by = "ben", name = "Li Trading", revenue_year = "2000000.00" },
  credit_rating "r" { by = "ben", customer = "li", year = 2025, years_known = 6 },
}
local rated = {
  { act "hand_in" { on = "r", by = "ben", identity_copy = true, licence_copy = true, statements_year = true, statements_quarter = true } },
  { act "rate" { on = "r", by = "ben", traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6, profitable = true } },   -- green
}
local function applied(by, grade)
  return { open = credit_change "a" { by = by or "ben", customer = "li", rating = "r", to_grade = grade or "green", ground = "All contracts fulfilled" } }
end
local reviewed = { act "review" { on = "a", by = "wang", agreed = true, opinion = "Agreed" } }
return {
  test "from the application to the effect" {
    given = given,
    steps = {
      rated[1], rated[2], applied(),
      { on = "r", expect = in_state "filed" },
      { act "review" { on = "a", by = "wang", agreed = true, opinion = "Agreed" }, expect = { state = "reviewed", data = { reviewer = "wang" }, told = { "chen" } } },
      { act "sign" { on = "a", by = "ben", agreed = true, opinion = "Mine" },      expect = refused "not_allowed" },
      { act "sign" { on = "a", by = "chen", agreed = true, opinion = "Signed" },   expect = { state = "in_force", data = { signer = "chen" }, told = { "ben" } } },
      { on = "li", expect = { data = { credit = "green" } } },
    },
  },
  test "a rating bears only the grade that it made, and its own customer" {
    given = given,
    steps = {
      rated[1], rated[2],
      { open = credit_change "a" { by = "ben", customer = "li", rating = "r", to_grade = "yellow", ground = "x" }, expect = refused "not_allowed" },
      { open = customer "wu" { by = "ben", name = "Wu" } },
      { open = credit_change "b" { by = "ben", customer = "wu", rating = "r", to_grade = "green", ground = "x" }, expect = refused "not_allowed" },
    },
  },
  test "who applied does not review, who reviewed does not sign" {
    given = {
      customer "li" { by = "wang", name = "Li Trading" },
      credit_rating "r" { by = "wang", customer = "li", year = 2025, years_known = 6 },
    },
    steps = {
      { act "hand_in" { on = "r", by = "wang", identity_copy = true, licence_copy = true, statements_year = true, statements_quarter = true } },
      { act "rate" { on = "r", by = "wang", traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6, profitable = true } },
      applied("wang"),
      { act "review" { on = "a", by = "wang", agreed = true, opinion = "Mine" }, expect = refused "four_eyes" },
      { act "review" { on = "a", by = "li_na", agreed = true, opinion = "x" },   expect = refused "not_found" },
    },
  },
  test "the headquarters centre does not sign what it reviewed" {
    given = { customer "li" { by = "chen", name = "Li Trading" }, credit_rating "r" { by = "chen", customer = "li", year = 2025, years_known = 6 } },
    steps = {
      { act "hand_in" { on = "r", by = "chen", identity_copy = true, licence_copy = true, statements_year = true, statements_quarter = true } },
      { act "rate" { on = "r", by = "chen", traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6, profitable = true } },
      applied("chen"),
      { act "review" { on = "a", by = "chen", agreed = true, opinion = "Mine" }, expect = refused "four_eyes" },
    },
  },
  test "what either of them does not agree to is declined" {
    given = given, before = { rated[1], rated[2], applied() }, when = act "review" { on = "a", by = "wang", opinion = "Too early" },
    cases = { { agreed = false, expect = { state = "declined", told = { "ben" } } }, { agreed = true, expect = in_state "reviewed" } },
  },
  test "the headquarters centre may decline, and the customer keeps the grade" {
    given = given,
    steps = {
      rated[1], rated[2], applied(), reviewed,
      { act "sign" { on = "a", by = "chen", agreed = false, opinion = "Not yet" }, expect = in_state "declined" },
    },
  },
  test "the region reviews on the same day" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      rated[1], rated[2], applied(),
      { at = "2026-03-02 17:59", expect = not_escalated },
      { at = "2026-03-02 18:00", expect = { escalated, told "wang", told "zhao" } },
    },
  },
  test "the signature is due in three days" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      rated[1], rated[2], applied(), reviewed,
      { expect = { deadline = { name = "signature", due = "2026-03-05 09:00" } } },
      { at = "2026-03-05 08:59" },
      { at = "2026-03-05 09:00", expect = { told "chen", told "lin" } },
    },
  },
  test "the marketing director extends it by one day and no more, whenever that is" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      rated[1], rated[2], applied(), reviewed,
      { act "extend" { on = "a", by = "chen", reason = "Busy" },        expect = refused "not_allowed" },
      { at = "2026-03-03 10:00" },
      { act "extend" { on = "a", by = "lin", reason = "Year's end" },   expect = { state = "reviewed", deadline = { name = "signature_at_the_latest", due = "2026-03-06 09:00" } } },
      { act "extend" { on = "a", by = "lin", reason = "Once more" },    expect = refused "not_allowed" },
      { at = "2026-03-05 18:00" },
      { at = "2026-03-06 09:00", expect = told "chen" },
    },
  },
  test "the whole adjustment takes no more than seven days" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      rated[1], rated[2], applied(), reviewed,
      { at = "2026-03-11 08:59" },
      { at = "2026-03-11 09:00", expect = { told "xu", told "lin" } },
    },
  },
  test "what is not signed in ten business days is not changed" {
    at = "2026-03-02 09:00", given = given,
    steps = {
      rated[1], rated[2], applied(), reviewed,
      { at = "2026-03-16 08:59", expect = in_state "reviewed" },
      { at = "2026-03-16 09:00", expect = { in_state "declined", told "ben" } },
    },
  },
  test "nobody types a credit grade into the customer's file" {
    given = given,
    steps = {
      { act "update" { on = "li", by = "ben", credit = "green" },  expect = refused "not_allowed" },
      { act "update" { on = "li", by = "chen", credit = "green" }, expect = refused "not_allowed" },
      { open = customer "wu" { by = "ben", name = "Wu", credit = "green" }, expect = refused "not_allowed" },
    },
  },
}
