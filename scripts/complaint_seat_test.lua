-- From the first responder to the seat: who sits there with the fewest open cases, and is there.
local li = customer "li" { by = "ben", name = "Li Wei" }
local function taken_in(ref, problem)
  return complaint(ref) { by = "kf1", customer = "li", channel = "hotline", problem = problem, summary = "x" }
end
local function to_seat(ref, handler)
  return { act "assign" { on = ref, by = "kf1", remark = "Its seat" }, expect = { state = "received", data = { handler = handler, first_responder = "kf1" } } }
end
local tom = employee "tom" { by = "guo", login = "tom", name = "Tom Wu", unit = "gz", team = "technical", roles = { "handler" } }
local eva = employee "eva" { by = "guo", login = "eva", name = "Eva Lin", unit = "gz", team = "technical", roles = { "handler" } }
local tom_begins, eva_begins = { act "begin" { on = "tom", by = "guo" } }, { act "begin" { on = "eva", by = "guo" } }
return {
  test "a case goes to the colleague with the fewest" {
    given = { li, taken_in("a", "billing"), taken_in("b", "billing"), taken_in("c", "service") },
    steps = { to_seat("a", "ben"), to_seat("b", "mei"), to_seat("c", "ben"), { on = "c", expect = { data = { seat = "front" } } } },
  },
  test "a technical case goes to the technical seat" {
    given = { li, tom, taken_in("a", "technical"), taken_in("b", "billing") },
    steps = { tom_begins, to_seat("a", "tom"), { on = "a", expect = { data = { seat = "technical" } } }, to_seat("b", "ben") },
  },
  test "where nobody sits on the seat yet, the front seat answers" {
    given = { li, tom, taken_in("a", "technical") }, steps = { to_seat("a", "ben") },
  },
  test "who is away gets nothing new" {
    given = { li, tom, eva, taken_in("a", "technical"), taken_in("b", "technical") },
    steps = { tom_begins, eva_begins, to_seat("a", "eva"),
              { act "be_away" { on = "tom", by = "tom", away_until = "2026-03-20T09:00:00+08:00", reason = "Holidays" } }, to_seat("b", "eva") },
  },
  test "whoever gets a case is told" {
    given = { li, taken_in("a", "billing") },
    steps = { { act "assign" { on = "a", by = "kf1" }, expect = told "ben" }, { act "assign" { on = "a", by = "kf1" }, expect = refused "not_allowed" } },
  },
  test "a key customer's hard case is answered by a supervisor of the seat" {
    given = { customer "big" { by = "ben", name = "Big Co", revenue_year = "1000000.00" },
              employee "sue" { by = "guo", login = "sue", name = "Sue", unit = "gz", team = "key", roles = { "supervisor" } },
              complaint "a" { by = "kf1", customer = "big", channel = "phone", problem = "technical", summary = "x" } },
    steps = { { act "begin" { on = "sue", by = "guo" } }, to_seat("a", "sue"), { on = "a", expect = { data = { seat = "key" } } } },
  },
}
