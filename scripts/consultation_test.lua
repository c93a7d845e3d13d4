-- Joint consultation: several departments, all or a quorum; a dissent is kept, a silent department climbs, the complaint hears the result.
local function case(injury)
  return {
    customer "li" { by = "ben", name = "Li Wei" },
    complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "technical", summary = "Nobody knows why", injury = injury },
  }
end
local ordinary, urgent = case(false), case(true)
local before = {
  { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "technical" } },
}
local call = { act "consult" { on = "c", by = "li_na", departments = { "technical", "product", "logistics" }, question = "Is it the packing?" },
               expect = in_state "in_consultation" }
local function agree(n)   return { act "give" { on = "opinion_" .. n, by = "wang", verdict = "agree", reasons = "It is" }, expect = in_state "agreed" } end
local function dissent(n) return { act "give" { on = "opinion_" .. n, by = "wang", verdict = "dissent", reasons = "It is the lift" }, expect = in_state "dissented" } end
return {
  test "each department is asked on its own sheet" {
    given = ordinary,
    steps = {
      before[1], before[2],
      { act "consult" { on = "c", by = "ben", departments = { "technical", "product" }, question = "x" }, expect = refused "not_allowed" },
      { act "consult" { on = "c", by = "li_na", departments = { "technical" }, question = "x" }, expect = refused "bad_form" },
      call,
      { on = "consultation", expect = { state = "open", data = { asked = 3, join = "all", convenor = "li_na", complaint = "c" } } },
      { on = "opinion_1", expect = { state = "asked", data = { department = "technical", question = "Is it the packing?" } } },
      { on = "opinion_2", expect = { state = "asked", data = { department = "product" } } },
      { on = "opinion_3", expect = { state = "asked", data = { department = "logistics" } } },
      { on = "c", expect = { data = { consultation = "consultation_1" } } },
    },
  },
  test "a department that is named twice is asked once" {
    given = ordinary,
    steps = { before[1], before[2],
              { act "consult" { on = "c", by = "li_na", departments = { "product", "product", "technical" }, question = "x" } },
              { on = "consultation", expect = { data = { asked = 2 } } } },
  },
  test "the branch calls a consultation as well" {
    given = ordinary,
    steps = { before[1], before[2], { act "consult" { on = "c", by = "zhao", departments = { "product", "technical" }, question = "x" }, expect = in_state "in_consultation" } },
  },
  test "where all must agree, the last opinion concludes, and the complaint goes on" {
    given = ordinary,
    steps = {
      before[1], before[2], call, agree(1), agree(2),
      { on = "consultation", expect = { state = "open", data = { agreeing = 2 } } },
      agree(3),
      { on = "consultation", expect = { state = "concluded", data = { result = "agreed", agreeing = 3, dissenting = 0 } } },
      { on = "c", expect = { state = "with_department", data = { consultation_result = "agreed" } } },
    },
  },
  test "a dissent is kept, and does not stand against two" {
    given = ordinary,
    steps = {
      before[1], before[2], call, agree(1), dissent(2), agree(3),
      { on = "opinion_2", expect = { state = "dissented", data = { reasons = "It is the lift", given_by = "wang" } } },
      { on = "consultation", expect = { state = "concluded", data = { result = "carried", agreeing = 2, dissenting = 1 } } },
    },
  },
  test "two dissents leave the question open" {
    given = ordinary,
    steps = { before[1], before[2], call, dissent(1), dissent(2), agree(3),
              { on = "c", expect = { state = "with_department", data = { consultation_result = "split" } } } },
  },
  test "an urgent case goes on as soon as two agree, and a late opinion is kept all the same" {
    given = urgent,
    steps = {
      before[1], before[2], call,
      { on = "consultation", expect = { data = { join = "quorum", quorum = 2 } } },
      agree(1), agree(3),
      { on = "c", expect = { state = "with_department", data = { consultation_result = "agreed" } } },
      dissent(2),
      { on = "consultation", expect = { state = "concluded", data = { result = "agreed", dissenting = 0 } } },
    },
  },
  test "a quorum that met a dissent on the way is carried" {
    given = urgent,
    steps = { before[1], before[2], call, dissent(1), agree(2), agree(3), { on = "c", expect = { data = { consultation_result = "carried" } } } },
  },
  test "a silent department climbs to its head, then to the branch, and is counted as silent" {
    given = ordinary,
    steps = {
      before[1], before[2], call, agree(1), agree(2),
      { at = "2026-03-04 08:59", on = "opinion_3", expect = not_escalated },
      { at = "2026-03-04 09:00", on = "opinion_3", expect = { in_state "asked", escalated, told "head_of_department" } },
      { at = "2026-03-06 09:00", on = "opinion_3", expect = { in_state "silent", told "branch_manager" } },
      { on = "consultation", expect = { state = "concluded", data = { result = "carried", silent = 1 } } },
      { on = "c", expect = { state = "with_department", data = { consultation_result = "carried" } } },
      { act "give" { on = "opinion_3", by = "wang", verdict = "agree", reasons = "Late" }, expect = refused "wrong_state" },
    },
  },
  test "where most are silent nobody has been heard" {
    given = ordinary,
    steps = { before[1], before[2], call, agree(1), { at = "2026-03-06 09:00", on = "c", expect = { data = { consultation_result = "unheard" } } } },
  },
  test "an urgent department has four hours, then a day" {
    given = urgent,
    steps = { before[1], before[2], call,
              { at = "2026-03-02 14:00", on = "opinion_1", expect = { escalated, told "head_of_department" } },
              { at = "2026-03-03 09:00", on = "opinion_1", expect = in_state "silent" },
              { on = "consultation", expect = { state = "concluded", data = { result = "unheard", silent = 3 } } } },
  },
  test "a consultation that takes too long is told to who called it" {
    given = ordinary,
    steps = { before[1], before[2], call, { on = "consultation", expect = { deadline = { name = "within", due = "2026-03-05 09:00" } } },
              { at = "2026-03-05 09:00", on = "consultation", expect = { in_state "open", escalated, told "li_na", told "branch_manager" } } },
  },
  test "an urgent one within six hours" {
    given = urgent, steps = { before[1], before[2], call, { on = "consultation", expect = { deadline = { name = "within", due = "2026-03-02 16:00" } } } },
  },
  test "the step's limits climb during a consultation as well" {
    given = ordinary,
    steps = { before[1], before[2], call,
              { at = "2026-03-04 09:00", on = "c", expect = { in_state "in_consultation", escalated, told "supervisor" } },
              { at = "2026-03-06 08:59", on = "c", expect = in_state "in_consultation" } },
  },
}
