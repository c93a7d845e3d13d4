-- Time: service hours, weekends, holidays, the climb, and the clock that stands still.
local customers = { customer "li" { by = "ben", name = "Li Wei" } }
return {
  test "an unclaimed complaint climbs, but not over the weekend" {
    at = "2026-03-06 16:00",                          -- a Friday
    given = { customers[1], complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { expect = { deadline = { name = "received", due = "2026-03-09 11:00" } } },
      { at = "2026-03-09 10:59", expect = not_escalated },
      { at = "2026-03-09 11:00", expect = { escalated, told "supervisor" } },
      { at = "2026-03-12 16:00", expect = { in_state "received", told "head_of_department" } },
    },
  },
  test "the noon break does not count" {
    at = "2026-03-04 10:00",
    given = { customers[1], complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = { { at = "2026-03-04 14:59", expect = not_escalated }, { at = "2026-03-04 15:00", expect = escalated } },
  },
  test "the national holiday does not count" {
    at = "2026-09-30 16:00",
    given = { customers[1], complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = { { at = "2026-10-08 10:59", expect = not_escalated }, { at = "2026-10-08 11:00", expect = escalated } },
  },
  test "a working Saturday counts" {
    at = "2026-05-08 16:00",                          -- 9 May 2026 is worked for the Labour Day holiday
    given = { customers[1], complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = { { at = "2026-05-09 10:59", expect = not_escalated }, { at = "2026-05-09 11:00", expect = escalated } },
  },
  test "an urgent complaint climbs after one hour" {
    at = "2026-03-06 16:00",
    given = { customers[1], complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "quality", summary = "It caught fire", injury = true } },
    steps = { { at = "2026-03-06 16:59", expect = not_escalated }, { at = "2026-03-06 17:00", expect = { escalated, told "supervisor" } } },
  },
  test "key customers take the green channel" {
    at = "2026-03-06 16:00",
    given = { customer "big" { by = "ben", name = "Big Co", revenue_year = "1000000.00" },
              complaint "c" { by = "kf1", customer = "big", channel = "phone", problem = "billing", summary = "Charged twice" } },
    steps = {
      { expect = { told "supervisor", told "head_of_department", data = { track = "green", customer_tier = "key", priority = "high" } } },
      { at = "2026-03-06 17:59", expect = not_escalated },
      { at = "2026-03-06 18:00", expect = escalated },
    },
  },
  test "who verifies in time is not escalated" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { at = "2026-03-02 13:00", expect = not_escalated },
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { at = "2026-03-03 18:00", expect = not_escalated },
      { at = "2026-03-04 13:00", expect = { escalated, told "supervisor" } },
      { at = "2026-03-06 13:00", expect = told "head_of_department" },
    },
  },
  test "a department's silence climbs to the head" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { at = "2026-03-04 09:00", expect = { escalated, told "supervisor" } },
      { at = "2026-03-06 09:00", expect = { in_state "with_department", told "head_of_department" } },
    },
  },
  test "a case that is not finished in ten business days reaches the branch, and three days later headquarters" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { expect = { deadline = { name = "within", due = "2026-03-16 09:00" } } },
      { at = "2026-03-16 09:00", expect = { told "branch_manager", deadline = { name = "headquarters", due = "2026-03-19 09:00" }, data = { closed_in_time = false } } },
      { at = "2026-03-19 08:59" },
      { at = "2026-03-19 09:00", expect = told "headquarters_centre" },
    },
  },
  test "the clock stands still while we wait for the customer" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" }, expect = { deadline = { name = "within", due = "2026-03-16 09:00" } } },
      { at = "2026-03-03 09:00" },
      { act "ask" { by = "ben", question = "Which account?" }, expect = { in_state "with_customer", paused } },
      { at = "2026-03-10 09:00", expect = { not_escalated, paused } },
      { act "answered" { by = "ben", answer = "The second one" }, expect = { state = "with_department", deadline = { name = "within", due = "2026-03-23 09:00" } } },
    },
  },
  test "no answer in ten days closes the case" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "ask" { by = "ben", question = "Which account?" } },
      { after = "9 days", expect = in_state "with_customer" },
      { after = "1 day",  expect = { in_state "closed", told "owner" } },
    },
  },
  test "a missed callback is told to the supervisor" {
    given = { customers[1], complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "ben", remedy = "apology", amount = "0.00" } },
      { act "feed_back" { by = "ben", result = "Letter sent" } },
      { at = "2026-03-06 18:00", expect = not_escalated },
      { at = "2026-03-09 09:00", expect = { escalated, told "supervisor" } },
    },
  },
}
