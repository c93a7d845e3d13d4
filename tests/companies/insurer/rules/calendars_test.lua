-- The claims office's own hours, by what they do to a limit; and the claims line, which never closes.
local function hurt(due) return { { expect = { deadline = { name = "received", due = due } } } } end      -- two hours of the claims office
local given = {
  customer "mary" { by = "aoife", name = "Mary Quinn" },
  complaint "c" { by = "line", customer = "mary", channel = "claims_line", problem = "claim_delay", summary = "No roof", injury = true },
}
return {
  test "lunch does not count" { at = "2026-03-02 12:00", given = given, steps = hurt "2026-03-02 14:45" },
  test "Saturday is worked until half past twelve" { at = "2026-03-07 11:30", given = given, steps = hurt "2026-03-09 09:30" },
  test "in the storm months the office is open on Saturday afternoons" { at = "2026-11-07 12:00", given = given, steps = hurt "2026-11-07 14:45" },
  test "in the storm months the office closes later" { at = "2026-02-13 16:30", given = given, steps = hurt "2026-02-13 18:30" },
  test "with the storm months the long days end" { at = "2026-02-16 16:30", given = given, steps = hurt "2026-02-17 10:00" },
  test "St Patrick's Day is off" { at = "2026-03-16 16:00", given = given, steps = hurt "2026-03-18 09:30" },
  test "Christmas Eve ends at lunch" { at = "2026-12-24 11:30", given = given, steps = hurt "2026-12-28 09:00" },
  test "the first of October is no holiday here" { at = "2026-10-01 09:00", given = given, steps = hurt "2026-10-01 11:00" },
  test "summer time is kept: the same hours by the clock on the wall" { at = "2026-03-28 12:00", given = given, steps = hurt "2026-03-30 10:00" },
}
