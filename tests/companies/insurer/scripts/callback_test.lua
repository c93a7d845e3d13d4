-- Follow-up: who is called, on whose clock a promise is kept, and how long we write letters.
local mary = customer "mary" { by = "aoife", name = "Mary Quinn" }
local sun  = customer "sun"  { by = "aoife", name = "Sean in the sun", region = "canaries" }
local function of(who, tier) return callback "cb" { by = "niamh", source = "claim", customer = who, tier = tier } end
return {
  test "whose claim was refused is always called" {
    given = { mary, complaint "c" { by = "aoife", customer = "mary", channel = "broker", problem = "claim_refused", summary = "x" } },
    steps = {
      { act "verify" { on = "c", by = "aoife", ground = "insufficient", demand = "reasonable" } },
      { on = "callback", expect = { state = "planned", data = { channel = "phone", due_on = "2026-03-12", seat = "follow_up" } } },
    },
  },
  test "nobody is called at lunch on Sunday" { at = "2026-03-08 12:00", given = { mary, of("mary", "gold") },
    steps = { { act "attempt" { on = "cb", by = "niamh", answer = "answered" }, expect = refused "not_allowed" } } },
  test "who winters on the Canaries is called by the hours there" { at = "2026-03-07 15:00", given = { sun, of("sun", "gold") },
    steps = { { act "attempt" { on = "cb", by = "niamh", answer = "answered" }, expect = in_state "talking" } } },
  test "a promised call is missed on the claims line's clock" {
    at = "2026-03-06 09:00", given = { mary, of("mary", "gold") },
    steps = {
      { act "attempt" { on = "cb", by = "niamh", answer = "call_later", promised_at = "2026-03-07T13:00:00+00:00" }, expect = in_state "promised" },
      { at = "2026-03-07 13:19", expect = in_state "promised" }, { at = "2026-03-07 13:20", expect = in_state "promise_missed" },
      { at = "2026-03-07 13:30", expect = { escalated, told "supervisor" } },           -- Saturday, the office is closed
      { at = "2026-03-07 15:20", expect = escalated },
    },
  },
  test "two attempts, then a letter, then three weeks" {
    given = { mary, of("mary", "standard") },
    steps = {
      { act "attempt" { on = "cb", by = "niamh", answer = "no_answer" }, expect = in_state "waiting" }, { after = "1 day", expect = in_state "planned" },
      { act "attempt" { on = "cb", by = "niamh", answer = "no_answer" }, expect = in_state "to_write" },
      { act "write" { on = "cb", by = "niamh" }, expect = { in_state "written", told "customer" } },
      { after = "20 days", expect = in_state "written" }, { after = "1 day", expect = in_state "not_reached" },
    },
  },
  test "a follow-up that ends badly opens a complaint in our own words" {
    given = { mary, of("mary", "standard") },
    steps = {
      { act "attempt" { on = "cb", by = "niamh", answer = "answered" } },
      { act "record" { on = "cb", by = "niamh", ease = 3, attitude = 1, speed = 3, result = 3, suggestions = "none", satisfied = false, remark = "Rude" } },
      { on = "complaint", expect = { state = "received", data = { channel = "email", problem = "manner" } } },
    },
  },
}
