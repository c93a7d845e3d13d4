-- Many complaints of one kind in one department raise one alarm.
local five = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c1" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" },
  complaint "c2" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" },
  complaint "c3" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" },
  complaint "c4" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" },
  complaint "c5" { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" },
}
local four_transferred = {
  { act "verify" { on = "c1", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c1", by = "ben", department = "logistics" } },
  { act "verify" { on = "c2", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c2", by = "ben", department = "logistics" } },
  { act "verify" { on = "c3", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c3", by = "ben", department = "logistics" } },
  { act "verify" { on = "c4", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c4", by = "ben", department = "logistics" } },
  { act "verify" { on = "c5", by = "ben", ground = "sufficient", demand = "reasonable" } },
}
return {
  test "the fifth complaint of a kind in 24 hours raises the alarm" {
    given = five, before = four_transferred,
    when = act "transfer" { on = "c5", by = "ben", department = "logistics" },
    cases = { { expect = { in_state "with_department", told "branch_manager" } } },
  },
  test "an alarm is acknowledged and closed with its measures" {
    given = { mass_alarm "m" { by = "li_na", department = "logistics", problem = "delivery", complaints = 5 } },
    steps = {
      { expect = { in_state "open", told "head_of_department" } },
      { act "acknowledge" { by = "li_na" },                             expect = refused "not_allowed" },
      { act "acknowledge" { by = "wang" },                              expect = in_state "acknowledged" },
      { act "close" { by = "wang" },                                    expect = refused "bad_form" },
      { act "close" { by = "wang", measures = "A second delivery run" }, expect = in_state "closed" },
    },
  },
  test "an alarm that nobody takes up climbs" {
    given = { mass_alarm "m" { by = "li_na", department = "logistics", problem = "delivery", complaints = 5 } },
    steps = {
      { at = "2026-03-02 09:59", expect = not_escalated },
      { at = "2026-03-02 10:00", expect = { escalated, told "branch_manager" } },
      { at = "2026-03-02 14:00", expect = told "headquarters_centre" },
    },
  },
  test "an acknowledged alarm is not forgotten" {
    given = { mass_alarm "m" { by = "li_na", department = "logistics", problem = "delivery", complaints = 5 } },
    steps = {
      { act "acknowledge" { by = "wang" } },
      { at = "2026-03-09 09:00", expect = { in_state "acknowledged", escalated, told "branch_manager" } },
    },
  },
}
