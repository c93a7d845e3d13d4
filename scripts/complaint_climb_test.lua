-- Each step's limits: first the supervisor, then the head; above the handler's power, the head, then the branch.
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "technical", summary = "Fails every night" },
}
local verify      = { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } }
local transfer    = { act "transfer" { by = "ben", department = "technical" } }
local investigate = { act "investigate" { by = "ben", cause = "Worn part", cause_kind = "team" } }
local propose     = { act "propose" { by = "mei", remedy = "return", amount = "300.00", plan = "Take it back" } }
local choose      = { act "choose" { by = "li_na", instructions = "Agreed" } }
local supervisor  = { at = "2026-03-04 09:00", expect = { escalated, told "supervisor" } }        -- two business days
local head        = { at = "2026-03-06 09:00", expect = told "head_of_department" }               -- four
return {
  test "a transfer that is late climbs"       { given = a_complaint, steps = { verify, supervisor, head } },
  test "an investigation that is late climbs" { given = a_complaint, steps = { verify, transfer, supervisor, head } },
  test "a plan that is late climbs"           { given = a_complaint, steps = { verify, transfer, investigate, supervisor, head } },
  test "a choice that is late climbs"         { given = a_complaint, steps = { verify, transfer, investigate, propose, supervisor, head } },
  test "an authorisation that is late climbs" { given = a_complaint, steps = { verify, transfer, investigate, propose, choose, supervisor, head } },
  test "another plan does not give more time" {
    given = a_complaint,
    steps = { verify, transfer, investigate, propose, { at = "2026-03-03 09:00" }, propose, supervisor },
  },
  test "what was passed up climbs from the head to the branch" {
    given = a_complaint,
    steps = {
      verify, transfer,
      { act "grant" { by = "ben", remedy = "return", amount = "300.01" }, expect = in_state "passed_up" },
      { at = "2026-03-04 09:00", expect = { escalated, told "head_of_department" } },
      { at = "2026-03-06 09:00", expect = told "branch_manager" },
    },
  },
  test "a result that is late climbs" {
    given = a_complaint,
    steps = { verify, transfer, { act "grant" { by = "ben", remedy = "return", amount = "300.00" } }, supervisor, head },
  },
  test "summary and archive are asked for" {
    given = a_complaint,
    steps = {
      verify, transfer,
      { act "grant" { by = "ben", remedy = "return", amount = "300.00" } },
      { act "feed_back" { by = "ben", result = "Taken back" } },
      { act "follow_up" { by = "hf1", satisfied = true } },
      { at = "2026-03-06 18:00", expect = not_escalated },
      { at = "2026-03-09 09:00", expect = { in_state "followed_up", told "supervisor" } },
      { act "summarise" { by = "ben", assessment = "Good" } },
      { at = "2026-03-23 09:00", expect = { in_state "summarised", told "archive_keeper" } },
    },
  },
  test "a hard case has twenty business days" {
    given = a_complaint,
    steps = { { expect = { deadline = { name = "within", due = "2026-03-30 09:00" } } } },
  },
}
