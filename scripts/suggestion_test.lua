-- Suggestions (rule book 14): who is anonymous is nobody, also for the rules; who signs is somebody.
local nobody = suggestion "s" { by = "mei", anonymous = true, subject = "The lift", content = "It stops between floors", unit = "gz" }
local signed = suggestion "s" { by = "mei", anonymous = false, subject = "The lift", content = "It stops between floors", unit = "gz" }
return {
  test "an anonymous suggestion has no author, and its author no more right to it than anybody" {
    given = { nobody },
    steps = {
      { expect = { state = "received", data = { anonymous = true } } },
      { see "s" { by = "mei" }, expect = refused "not_found" },
      { see "s" { by = "li_na" }, expect = allowed },
      { see "s" { by = "admin" }, expect = allowed },
      { see "s" { by = "sun" }, expect = refused "not_found" },
      { ask "case.progress" { by = "mei", number = "SG-2026-0001", proof = "0000-0000" }, expect = refused "not_found" },
      { act "reply" { on = "s", by = "mei", answer = "Mine" }, expect = refused "not_found" },
      { act "reply" { on = "s", by = "li_na", answer = "We ask the landlord" }, expect = in_state "received" },
      { act "adopt" { on = "s", by = "admin", answer = "It is mended" }, expect = in_state "adopted" },
    },
  },
  test "who signs is told" {
    given = { signed },
    steps = {
      { expect = { state = "received", data = { author = "mei" } } },
      { see "s" { by = "mei" }, expect = allowed },
      { act "reply" { on = "s", by = "li_na", answer = "We ask the landlord" }, expect = { state = "received", told = { "mei" } } },
      { act "decline" { on = "s", by = "li_na", answer = "It is not ours" }, expect = { state = "declined", told = { "mei" } } },
    },
  },
  test "nobody decides on what he has written himself" {
    given = { suggestion "s" { by = "li_na", anonymous = false, subject = "The lift", content = "It stops", unit = "gz" } },
    steps = {
      { act "adopt" { on = "s", by = "li_na", answer = "Good" }, expect = refused "four_eyes" },
      { act "adopt" { on = "s", by = "wang", answer = "Good" }, expect = in_state "adopted" },
    },
  },
  test "what nobody decides is seen" {
    at = "2026-03-02 09:00", given = { nobody },
    steps = { { at = "2026-03-16 18:00", on = "s", expect = { escalated, told "branch_manager" } } },
  },
  test "who has nothing to do with the company's work suggests nothing" {
    steps = { { open = suggestion "x" { by = "backup", anonymous = true, subject = "a", content = "b", unit = "gz" }, expect = refused "not_allowed" } },
  },
}
