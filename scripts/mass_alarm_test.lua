-- Many complaints of one kind in one department raise one alarm, which lasts until the wave is over.
local li = customer "li" { by = "ben", name = "Li Wei" }
local function late(n) return complaint("c" .. n) { by = "ben", customer = "li", channel = "hotline", problem = "delivery", summary = "Late" } end
local function verified(n)    return { act "verify" { on = "c" .. n, by = "ben", ground = "sufficient", demand = "reasonable" } } end
local function transferred(n) return { act "transfer" { on = "c" .. n, by = "ben", department = "logistics" } } end
local function open(n) return { late(n) } end

-- The first complaint is given; the steps bring it and the others up to the n-th to their department.
local given = { li, late(1) }
local function wave(from, to, steps)
  local all = {}
  for n = from, to do
    if n > 1 then all[#all + 1] = open(n) end
    all[#all + 1], all[#all + 2] = verified(n), transferred(n)
  end
  for _, step in ipairs(steps) do all[#all + 1] = step end
  return all
end
local raised = { mass_alarm "m" { by = "li_na", department = "logistics", problem = "delivery", complaints = 5 } }

return {
  test "the fifth complaint of a kind in 24 hours raises the alarm" {
    given = given,
    steps = wave(1, 4, {
      open(5), verified(5),
      { act "transfer" { on = "c5", by = "ben", department = "logistics" }, expect = { in_state "with_department", told "branch_manager" } },
      { on = "mass_alarm", expect = { state = "open", data = { department = "logistics", problem = "delivery", complaints = 5 } } },
    }),
  },
  test "the alarm draws in the cases that came before it" {
    given = given,
    steps = wave(1, 5, {
      { after = "1 minute" },
      { on = "c1", expect = { data = { alarm = "mass_alarm_1" } } }, { on = "c4", expect = { data = { alarm = "mass_alarm_1" } } },
      { on = "c5", expect = { data = { alarm = "mass_alarm_1" } } },
    }),
  },
  test "those that come after it join it, and raise no second one" {
    given = given,
    steps = wave(1, 7, {
      { on = "c6", expect = { data = { alarm = "mass_alarm_1" } } }, { on = "c7", expect = { data = { alarm = "mass_alarm_1" } } },
      { on = "mass_alarm", expect = in_state "open" },
      { at = "2026-03-02 13:00", on = "mass_alarm_1", expect = { data = { latest = 7, linked = 7 } } },
    }),
  },
  test "other problems and other departments do not belong to it" {
    given = given,
    steps = wave(1, 5, {
      { complaint "x" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Twice" } },
      { act "verify" { on = "x", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "x", by = "ben", department = "logistics" } },
      { after = "1 minute" }, { on = "x", expect = { in_state "with_department" } },
      { on = "mass_alarm", expect = { data = { complaints = 5 } } },
    }),
  },
  test "two disclosures of data are a mass complaint already" {
    given = { li, complaint "c1" { by = "ben", customer = "li", channel = "hotline", problem = "privacy", summary = "My address" },
              complaint "c2" { by = "ben", customer = "li", channel = "hotline", problem = "privacy", summary = "Mine too" } },
    steps = { verified(1), verified(2), transferred(1), transferred(2), { on = "mass_alarm", expect = { state = "open", data = { problem = "privacy", complaints = 2 } } } },
  },
  test "an alarm is acknowledged and closed with its measures" {
    given = raised,
    steps = {
      { expect = { in_state "open", told "head_of_department" } },
      { act "acknowledge" { by = "li_na" },                             expect = refused "not_allowed" },
      { act "acknowledge" { by = "wang" },                              expect = in_state "acknowledged" },
      { act "close" { by = "wang" },                                    expect = refused "bad_form" },
      { act "close" { by = "wang", measures = "A second delivery run" }, expect = in_state "closed" },
    },
  },
  test "nobody raises by hand what is raised already" {
    given = raised,
    when = mass_alarm { by = "li_na", complaints = 5 },
    cases = {
      { department = "logistics", problem = "delivery", expect = refused "not_allowed" },
      { department = "logistics", problem = "quality",  expect = in_state "open" },
      { department = "product",   problem = "delivery", expect = in_state "open" },
    },
  },
  test "an alarm that nobody takes up climbs" {
    given = given,
    steps = wave(1, 5, {
      { at = "2026-03-02 09:59", on = "mass_alarm", expect = not_escalated },
      { at = "2026-03-02 10:00", on = "mass_alarm", expect = { escalated, told "branch_manager" } },
      { at = "2026-03-02 14:00", on = "mass_alarm", expect = told "headquarters_centre" },
    }),
  },
  test "a complaint that comes while the alarm is on belongs to it at once" {
    given = given,
    steps = wave(1, 5, {
      { after = "2 minutes" }, open(6), verified(6),
      { act "transfer" { on = "c6", by = "ben", department = "logistics" }, expect = { state = "with_department", data = { alarm = "mass_alarm" }, told = { "wang" } } },
    }),
  },
  test "a number that doubles while nobody has taken the alarm up is raised anew as well" {
    given = given,
    steps = wave(1, 10, {
      { at = "2026-03-02 13:00", on = "mass_alarm", expect = { in_state "open", told "headquarters_centre", data = { complaints = 10, raised_again = 1, latest = 10 } } },
    }),
  },
  test "an alarm whose number doubles is raised anew, to headquarters" {
    given = given,
    steps = wave(1, 10, {
      { act "acknowledge" { on = "mass_alarm", by = "wang" } },
      { at = "2026-03-02 13:00", on = "mass_alarm", expect = { in_state "acknowledged", told "headquarters_centre", data = { complaints = 10, raised_again = 1, latest = 10 } } },
      { at = "2026-03-02 17:00", on = "mass_alarm", expect = { data = { raised_again = 1 } } },
    }),
  },
  test "a wave ebbs: the alarm asks for measures, and closes by itself when none come" {
    given = given,
    steps = wave(1, 5, {
      { act "acknowledge" { on = "mass_alarm", by = "wang" } },
      { at = "2026-03-03 08:59", on = "mass_alarm", expect = in_state "acknowledged" },
      { at = "2026-03-03 13:00", on = "mass_alarm", expect = { in_state "ebbed", told "head_of_department", data = { latest = 0, linked = 5 } } },
      { at = "2026-03-10 11:59", on = "mass_alarm", expect = in_state "ebbed" },
      { at = "2026-03-10 13:00", on = "mass_alarm", expect = { in_state "closed", told "head_of_department" } },
    }),
  },
  test "an alarm that nobody took up ebbs as well" {
    given = given, steps = wave(1, 5, { { at = "2026-03-03 13:00", on = "mass_alarm", expect = { state = "ebbed", data = { latest = 0, linked = 5 } } } }),
  },
  test "what has ebbed may still be closed with its measures" {
    given = given,
    steps = wave(1, 5, { { at = "2026-03-03 13:00" }, { act "close" { on = "mass_alarm", by = "wang", measures = "More vans" }, expect = in_state "closed" } }),
  },
  test "a new wave before it is closed opens the same alarm again" {
    given = given,
    steps = wave(1, 5, {
      { at = "2026-03-04 09:00", on = "mass_alarm", expect = in_state "ebbed" },
      table.unpack(wave(6, 10, {
        { on = "c10", expect = { data = { alarm = "mass_alarm_1" } } },
        { at = "2026-03-04 13:00", on = "mass_alarm_1", expect = { in_state "open", told "branch_manager", data = { raised_again = 1, linked = 10 } } },
      })),
    }),
  },
  test "after it is closed a new wave raises a new alarm" {
    given = given,
    steps = wave(1, 5, {
      { at = "2026-03-03 13:00" }, { act "close" { on = "mass_alarm", by = "wang", measures = "More vans" } },
      table.unpack(wave(6, 10, { { on = "mass_alarm_2", expect = { state = "open", data = { complaints = 5 } } }, { on = "c10", expect = { in_state "with_department" } } })),
    }),
  },
  test "an acknowledged alarm is not forgotten while it lasts" {
    given = given,
    steps = (function()
      local all = wave(1, 5, { { act "acknowledge" { on = "mass_alarm", by = "wang" }, expect = { deadline = { name = "acknowledged", due = "2026-03-09 09:00" } } } })
      for day = 2, 8 do                               -- three more every evening
        all[#all + 1] = { at = ("2026-03-%02d 20:00"):format(day) }
        for _, step in ipairs(wave(3 * day, 3 * day + 2, {})) do all[#all + 1] = step end
      end
      all[#all + 1] = { at = "2026-03-09 09:00", on = "mass_alarm", expect = { in_state "acknowledged", escalated, told "branch_manager", data = { latest = 3 } } }
      return all
    end)(),
  },
}
