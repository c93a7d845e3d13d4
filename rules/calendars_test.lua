-- Service hours, by what they do to the four hours in which a new complaint is to be answered. (The other offices' calendars are the
-- clock of no workflow here: `redress calendar` asks them.)
local function answered_by(due)
  return { { expect = { deadline = { name = "received", due = due } } } }
end
local given = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
return {
  test "a complaint of the night is counted from the morning on" { at = "2026-03-04 02:00", given = given, steps = answered_by "2026-03-04 14:00" },
  test "four hours that end with the day end at its close" { at = "2026-03-04 14:00", given = given, steps = answered_by "2026-03-04 18:00" },
  test "the Spring Festival is off, the Saturday behind it is worked" { at = "2026-02-14 17:00", given = given, steps = answered_by "2026-02-24 12:00" },
  test "that Saturday itself" { at = "2026-02-27 17:00", given = given, steps = answered_by "2026-02-28 12:00" },
  test "a Sunday that is worked has a Monday's hours" { at = "2026-01-04 08:00", given = given, steps = answered_by "2026-01-04 14:00" },
  test "the days on which the festival of 2020 was prolonged are off" { at = "2020-01-31 10:00", given = given, steps = answered_by "2020-02-03 14:00" },
}
