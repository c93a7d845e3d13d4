-- Duties come on their days, at their time, once each.
return {
  test "the archive report comes on the first Monday of the month" {
    at = "2026-03-02 09:00",                          -- is one itself; the next is 6 April, a day off
    steps = {
      { at = "2026-04-07 08:59" },
      { at = "2026-04-07 09:00", expect = told "archive_keeper" },
      { at = "2026-05-06 08:59" },                    -- 4 and 5 May are off
      { at = "2026-05-06 09:00", expect = told "archive_keeper" },
    },
  },
  test "files are checked twice a year" {
    at = "2026-06-30 09:00",
    steps = {
      { at = "2026-07-10 08:59" }, { at = "2026-07-10 09:00", expect = told "archive_keeper" },
      { at = "2027-01-11 08:59" }, { at = "2027-01-11 09:00", expect = told "archive_keeper" },   -- the 10th is a Sunday
    },
  },
  test "the regulator's file is asked for after closing, also on a worked Saturday" {
    at = "2026-05-08 18:00",
    steps = {
      { at = "2026-05-08 18:10", expect = told "importer" },
      { at = "2026-05-09 18:10", expect = told "importer" },
    },
  },
  test "a duty that is late is told to its role and to headquarters" {
    at = "2026-03-02 09:00", given = { duty "d" { by = "li_na", duty = "file_check", role = "archive_keeper" } },
    steps = {
      { expect = { in_state "open", told "archive_keeper" } },
      { at = "2026-03-09 08:59", expect = not_escalated },
      { at = "2026-03-09 09:00", expect = { escalated, told "archive_keeper", told "headquarters_centre" } },
      { act "finish" { by = "kf1", result = "x" }, expect = refused "not_found" },
      { act "finish" { by = "dang" }, expect = refused "bad_form" },
      { act "finish" { by = "dang", result = "All there" }, expect = { state = "done", data = { done_by = "dang" } } },
    },
  },
}
