-- Reports come by themselves, of the month that is over, and to whom they are for.
local li = customer "li" { by = "ben", name = "Li Wei" }
local one = complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" }

return {
  test "last month's complaint analysis is filed on the third, for headquarters" {
    at = "2026-03-30 09:00", given = { li, one },
    steps = {
      { at = "2026-04-03 08:29" },
      { at = "2026-04-03 08:30", on = "filed_report",
        expect = { in_state "filed", data = { report = "complaint_analysis", period = "2026-03", reader = "headquarters_centre" }, told "headquarters_centre" } },
    },
  },
  test "a day off moves it, and it still is of the month before" {
    at = "2026-04-30 09:00",                     -- 3 to 5 May are off
    steps = {
      { at = "2026-05-06 08:29" },
      { at = "2026-05-06 08:30", on = "filed_report", expect = { in_state "filed", data = { report = "complaint_analysis", period = "2026-04" } } },
      { at = "2026-05-06 08:55", on = "filed_report", expect = { in_state "filed", data = { report = "credit_summary", period = "2026-04", reader = "marketing_director" } } },
    },
  },
  test "who it is for says what follows, and nobody else" {
    at = "2026-03-02 09:00", given = { filed_report "r" { by = "admin", report = "complaint_analysis", period = "2026-02", content = "{}", reader = "headquarters_centre" } },
    steps = {
      { act "discuss" { by = "li_na", follows = "x" }, expect = refused "not_found" },
      { act "discuss" { by = "lin", follows = "x" }, expect = refused "not_allowed" },
      { act "discuss" { by = "chen" }, expect = refused "bad_form" },
      { act "discuss" { by = "chen", follows = "Billing is told" }, expect = { state = "discussed", data = { read_by = "chen" } } },
    },
  },
  test "a report that nobody reads is told to headquarters" {
    at = "2026-03-02 09:00", given = { filed_report "r" { by = "admin", report = "callback_summary", period = "2026-02", content = "{}", reader = "callback_centre_director" } },
    steps = {
      { expect = told "callback_centre_director" },
      { at = "2026-03-16 08:59" },
      { at = "2026-03-16 09:00", expect = told "headquarters_centre" },
    },
  },
}
