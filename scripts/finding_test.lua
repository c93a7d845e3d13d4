-- What becomes of a finding: a person confirms it, nobody judges his own, and there is a time for an appeal.
local against_ben = finding "f" { by = "wang", rule = "by_hand", ground = "Told a customer the wrong thing", consequence = "reminder", person = "ben",
                                  source = "1-1", unit = "gz", confirm_by = "branch_manager" }
local against_wang = finding "f" { by = "wang", rule = "by_hand", ground = "Left it alone", consequence = "reminder", person = "wang", source = "1-1",
                                   unit = "gz", confirm_by = "head_of_department" }
local against_chen = finding "f" { by = "zhao", rule = "by_hand", ground = "x", consequence = "reminder", person = "chen", source = "1-1", unit = "hq",
                                   confirm_by = "headquarters_centre" }
local confirm = { act "confirm" { by = "zhao", verified = "Heard the recording" } }
local appeal  = { act "appeal" { by = "ben", appeal = "I was away that day" } }

return {
  test "a finding is confirmed by whom the rule names" {
    given = against_ben, steps = { { act "confirm" { by = "zhao", verified = "Heard the recording" }, expect = { in_state "confirmed", told "ben", data = { confirmer = "zhao" } } } },
  },
  test "a head is not enough where the branch manager is named" {
    given = against_ben, steps = { { act "confirm" { by = "wang", verified = "x" }, expect = refused "not_allowed" } },
  },
  test "headquarters may do what a branch manager may" {
    given = against_ben, steps = { { act "confirm" { by = "chen", verified = "x" }, expect = in_state "confirmed" } },
  },
  test "nobody confirms a finding about himself" {
    given = against_wang, steps = { { act "confirm" { by = "wang", verified = "x" }, expect = refused } },
  },
  test "not even headquarters" {
    given = against_chen, steps = { { act "drop" { by = "chen", decision = "x" }, expect = refused } },
  },
  test "nothing is confirmed without saying what was verified" {
    given = against_ben, steps = { { act "confirm" { by = "zhao" }, expect = refused "bad_form" } },
  },
  test "a finding may be dropped with a reason" {
    given = against_ben, steps = { { act "drop" { by = "zhao", decision = "It was not he" }, expect = { state = "dropped", data = { confirmer = "zhao" } } } },
  },
  test "a milder consequence may be confirmed" {
    given = against_ben, steps = { { act "confirm" { by = "zhao", verified = "x", consequence = "none" }, expect = { in_state "confirmed", data = { consequence = "none" } } } },
  },
  test "an appeal has five business days" {
    given = against_ben, steps = { confirm, { expect = { deadline = { name = "appeal", due = "2026-03-09 09:00" } } }, { at = "2026-03-09 08:59" }, { act "appeal" { by = "ben", appeal = "No" }, expect = in_state "appealed" } },
  },
  test "behind that it stands" {
    given = against_ben, steps = { confirm, { at = "2026-03-09 09:00", expect = in_state "standing" }, { act "appeal" { by = "ben", appeal = "No" }, expect = refused "wrong_state" } },
  },
  test "an appeal stops the time" {
    given = against_ben, steps = { confirm, appeal, { at = "2026-03-10 09:00", expect = in_state "appealed" } },
  },
  test "no appeal is open for longer than sixty days" {
    given = finding "f" { by = "wang", rule = "by_hand", consequence = "reminder", person = "ben", source = "1-1", unit = "gz", ground = "g", appeal_within = "90 days" },
    steps = { confirm, { at = "2026-05-01 08:59", expect = in_state "confirmed" }, { at = "2026-05-01 09:00", expect = in_state "standing" } },
  },
  test "only the person may appeal" {
    given = against_ben, steps = { confirm, { act "appeal" { by = "mei", appeal = "He did nothing" }, expect = refused "not_found" } },
  },
  test "an appeal is decided by headquarters, and the person is told" {
    given = against_ben, steps = { confirm, appeal, { act "withdraw" { by = "chen", decision = "He was away" }, expect = { in_state "withdrawn", told "ben", data = { decider = "chen" } } } },
  },
  test "it may be upheld" {
    given = against_ben, steps = { confirm, appeal, { act "uphold" { by = "chen", decision = "He was not" }, expect = { in_state "upheld", told "ben", data = { decider = "chen" } } } },
  },
  test "whoever confirmed does not decide the appeal" {
    given = against_ben, steps = { { act "confirm" { by = "chen", verified = "x" } }, appeal, { act "uphold" { by = "chen", decision = "x" }, expect = refused } },
  },
  test "the branch does not decide an appeal" {
    given = against_ben, steps = { confirm, appeal, { act "uphold" { by = "zhao", decision = "x" }, expect = refused "not_allowed" } },
  },
  test "a finding that nobody confirms climbs" {
    given = against_ben, steps = { { at = "2026-03-09 09:00", expect = { escalated, told "branch_manager" } }, { at = "2026-03-16 09:00", expect = told "headquarters_centre" } },
  },
  test "an appeal that nobody decides climbs" {
    given = against_ben, steps = { confirm, appeal, { at = "2026-03-16 09:00", expect = { escalated, told "headquarters_centre" } } },
  },
  test "a supervisor can't propose one" {
    steps = { { open = finding "f" { by = "li_na", rule = "r", ground = "g", consequence = "reminder", person = "ben", source = "1-1" }, expect = refused "not_allowed" } },
  },
}
