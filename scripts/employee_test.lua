-- Staff as records: who comes, is away, stands in for somebody, leaves; and that nothing of the company's is lost by it.
local eva = employee "eva" { by = "guo", login = "eva", name = "Eva Lin", unit = "gz", team = "g1", roles = { "handler" }, person = "E-1" }
local tom = employee "tom" { by = "guo", login = "tom", name = "Tom Wu", unit = "gz", team = "g1", roles = { "supervisor" } }
local zhu = customer "zhu" { by = "ben", name = "Zhu", handler = "ben" }

return {
  test "whoever has not begun is no account yet; whoever has, is one" {
    given = { eva },
    steps = {
      { open = customer "li" { by = "eva", name = "Li" }, expect = refused "invalid_params" },
      { act "begin" { on = "eva", by = "guo" }, expect = in_state "employed" },
      { open = customer "li" { by = "eva", name = "Li", handler = "eva" }, expect = allowed },
    },
  },
  test "the administration hires; nobody hires himself a friend" {
    given = { eva },
    steps = {
      { open = employee "sam" { by = "li_na", login = "sam", name = "Sam", unit = "gz", roles = { "handler" } }, expect = refused "not_allowed" },
      { open = employee "ben" { by = "guo", login = "ben", name = "Ben again", unit = "gz", roles = { "handler" } }, expect = refused "bad_form" },
      { open = employee "eve" { by = "guo", login = "eva", name = "Eva again", unit = "gz", roles = { "handler" } }, expect = refused "already_exists" },
      { act "decline" { on = "eva", by = "guo" }, expect = in_state "declined" },
    },
  },
  test "one who never comes is asked after" {
    given = { eva },
    steps = { { after = "31 days", expect = told "administration_manager" } },
  },
  test "staff read their own file, the supervisor the group's, the administration all" {
    given = { eva },
    before = { act "begin" { on = "eva", by = "guo" } },
    when = act "revoke" { on = "eva" },
    cases = {
      { by = "eva",   expect = allowed },
      { by = "li_na", expect = allowed },          -- the same group
      { by = "guo",   expect = allowed },
      { by = "mei",   expect = refused "not_found" },
      { by = "wang",  expect = refused "not_found" },   -- a head, but of no group
    },
  },
  test "a delegation begins, is used, and ends by itself" {
    at = "2026-03-02 09:00",
    given = { eva, zhu, complaint "c" { by = "sun", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" } },
    steps = {
      act "begin" { on = "eva", by = "guo" },
      act "change" { on = "eva", by = "guo", unit = "sz" },
      { act "verify" { on = "c", by = "mei", ground = "sufficient", demand = "reasonable" }, expect = refused "not_found" },
      { act "delegate" { on = "eva", by = "eva", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" }, expect = told "mei" },
      { act "verify" { on = "c", by = "mei", ground = "sufficient", demand = "reasonable" }, expect = in_state "verified" },
      { at = "2026-03-03 18:00", act "transfer" { on = "c", by = "mei", department = "technical" }, expect = refused "not_found" },
    },
  },
  test "nobody is his own deputy, under whatever name" {
    given = { eva, employee "eva2" { by = "guo", login = "eva2", name = "Eva Lin", unit = "sz", roles = { "supervisor" }, person = "E-1" } },
    before = { act "begin" { on = "eva", by = "guo" }, act "begin" { on = "eva2", by = "guo" } },
    when = act "delegate" { on = "eva", by = "eva", deputy_until = "2026-03-03T10:00:00Z" },
    cases = { { deputy = "eva", expect = refused "bad_form" }, { deputy = "eva2", expect = refused "bad_form" }, { deputy = "mei", expect = allowed } },
  },
  test "nobody changes his own duties, and nobody names himself another's deputy" {
    given = { eva, employee "ada" { by = "guo", login = "ada", name = "Ada Bao", unit = "hq", roles = { "administration_manager" } } },
    steps = {
      act "begin" { on = "eva", by = "guo" }, act "begin" { on = "ada", by = "guo" },
      { act "change" { on = "ada", by = "ada", roles = { "headquarters_centre" } },                             expect = refused "four_eyes" },
      { act "delegate" { on = "eva", by = "ada", deputy = "ada", deputy_until = "2026-03-03T10:00:00Z" },       expect = refused "four_eyes" },
      { act "delegate" { on = "eva", by = "li_na", deputy = "li_na", deputy_until = "2026-03-03T10:00:00Z" },   expect = refused "four_eyes" },
      { act "delegate" { on = "eva", by = "ada", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },       expect = told "mei" },
      { act "change" { on = "ada", by = "guo", roles = { "handler" } },                                         expect = allowed },
    },
  },
  test "who is away is not told what the role is told; who stands in is" {
    at = "2026-03-02 09:00",
    given = { tom, zhu },
    steps = {
      act "begin" { on = "tom", by = "guo" },
      act "change" { on = "tom", by = "guo", unit = "hq_service" },
      complaint "c" { by = "tom", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      act "be_away" { on = "tom", by = "tom", away_until = "2026-03-20T01:00:00Z", deputy = "mei", deputy_until = "2026-03-20T01:00:00Z" },
      { at = "2026-03-02 15:00", expect = told "mei" },        -- four hours: the supervisor is told
      { act "come_back" { on = "tom", by = "tom" }, expect = allowed },
    },
  },
  test "who leaves is no account any more; the open complaints are the supervisor's, the customers are in the pool" {
    given = {
      eva,
    },
    steps = {
      act "begin" { on = "eva", by = "guo" },
      customer "li" { by = "eva", name = "Li", handler = "eva", unit = "gz" },
      customer "wu" { by = "eva", name = "Wu", handler = "eva", unit = "gz" },
      complaint "c" { by = "eva", customer = "li", channel = "letter", problem = "contract", summary = "Terms" },
      complaint "d" { by = "eva", customer = "wu", channel = "letter", problem = "contract", summary = "More" },
      { act "verify" { on = "c", by = "eva", ground = "sufficient", demand = "reasonable" }, expect = in_state "verified" },
      { act "leave" { on = "eva", by = "guo", left_on = "2026-03-02" }, expect = { state = "left", data = { successor = "li_na" }, told = "li_na" } },
      { act "transfer" { on = "c", by = "eva", department = "technical" }, expect = refused "invalid_params" },
      { act "transfer" { on = "c", by = "li_na", department = "technical" }, expect = { state = "with_department", data = { handler = "li_na" } } },
      { act "verify" { on = "d", by = "li_na", ground = "sufficient", demand = "reasonable" }, expect = { state = "verified", data = { handler = "li_na" } } },
      { act "claim" { on = "li", by = "mei" }, expect = { state = "active", data = { handler = "mei", name = "Li" } } },
      { act "claim" { on = "wu", by = "ben" }, expect = { state = "active", data = { handler = "ben", name = "Wu" } } },
      { act "rehire" { on = "eva", by = "guo", unit = "sz" }, expect = in_state "employed" },
    },
  },
  test "a named successor takes over; own details go, the name stays" {
    given = { zhu, employee "eva" { by = "guo", login = "eva", name = "Eva Lin", unit = "gz", roles = { "handler" }, phone = "13900000000" } },
    steps = {
      act "begin" { on = "eva", by = "guo" },
      { act "leave" { on = "eva", by = "guo", left_on = "2026-03-02", successor = "eva" }, expect = refused "not_allowed" },
      complaint "c" { by = "eva", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      { act "leave" { on = "eva", by = "guo", left_on = "2026-03-02", successor = "mei" }, expect = { state = "left", data = { successor = "mei", name = "Eva Lin" } } },
      { act "verify" { on = "c", by = "mei", ground = "sufficient", demand = "reasonable" }, expect = { data = { handler = "mei" } } },
    },
  },
  test "the last one of a branch hands over to the next level" {
    given = { employee "eva" { by = "guo", login = "eva", name = "Eva Lin", unit = "bj", roles = { "handler" } } },
    steps = {
      act "begin" { on = "eva", by = "guo" },
      { act "leave" { on = "eva", by = "guo", left_on = "2026-03-02" }, expect = { state = "left", data = { successor = "chen" } } },
    },
  },
  test "a deputy cannot choose what the person for whom he stands in has proposed" {
    given = { tom, zhu },
    steps = {
      act "begin" { on = "tom", by = "guo" },
      complaint "c" { by = "tom", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      act "verify" { by = "tom", ground = "sufficient", demand = "reasonable" },
      act "transfer" { by = "tom", department = "finance" },
      act "investigate" { by = "tom", cause = "Two runs of one file", cause_kind = "team" },
      act "propose" { by = "tom", remedy = "refund", amount = "80.00", plan = "Pay it back" },
      { act "choose" { by = "mei", instructions = "Today" }, expect = refused "not_allowed" },
      act "delegate" { on = "tom", by = "tom", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },
      { act "choose" { on = "c", by = "mei", instructions = "Today" }, expect = refused "four_eyes" },
      { act "choose" { on = "c", by = "li_na", instructions = "Today" }, expect = in_state "chosen" },
    },
  },
  test "nobody chooses what a deputy has proposed for them" {
    at = "2026-03-02 09:00",
    given = { tom, zhu },
    before = {
      act "begin" { on = "tom", by = "guo" },
      act "change" { on = "tom", by = "guo", unit = "sz" },
      complaint "c" { by = "sun", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      act "verify" { by = "sun", ground = "sufficient", demand = "reasonable" },
      act "transfer" { by = "sun", department = "finance" },
      act "investigate" { by = "sun", cause = "Two runs of one file", cause_kind = "team" },
      act "delegate" { on = "tom", by = "tom", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },
      { act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" }, expect = { data = { proposer = "mei" } } },
    },
    when = act "choose" { on = "c", instructions = "Today" },
    cases = { { by = "tom", expect = refused "not_allowed" }, { by = "zhao", expect = in_state "chosen" } },
  },
  test "nobody grants what a deputy has proposed for them" {
    at = "2026-03-02 09:00",
    given = { tom, zhu },
    before = {
      act "begin" { on = "tom", by = "guo" },
      act "change" { on = "tom", by = "guo", unit = "sz" },
      complaint "c" { by = "sun", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      act "verify" { by = "sun", ground = "sufficient", demand = "reasonable" },
      act "transfer" { by = "sun", department = "finance" },
      act "investigate" { by = "sun", cause = "Two runs of one file", cause_kind = "team" },
      act "delegate" { on = "tom", by = "tom", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },
      act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" },
      { act "choose" { on = "c", by = "zhao", instructions = "Today" }, expect = { state = "chosen", data = { proposer = "mei" } } },
    },
    when = act "grant" { on = "c", remedy = "refund", amount = "80.00" },
    cases = { { by = "tom", expect = refused "four_eyes" }, { by = "zhao", expect = in_state "processing" } },
  },
  test "nor where another has proposed something after it" {
    at = "2026-03-02 09:00",
    given = { tom, zhu },
    before = {
      act "begin" { on = "tom", by = "guo" },
      act "change" { on = "tom", by = "guo", unit = "sz" },
      complaint "c" { by = "sun", customer = "zhu", channel = "letter", problem = "contract", summary = "Terms" },
      act "verify" { by = "sun", ground = "sufficient", demand = "reasonable" },
      act "transfer" { by = "sun", department = "finance" },
      act "investigate" { by = "sun", cause = "Two runs of one file", cause_kind = "team" },
      act "delegate" { on = "tom", by = "tom", deputy = "mei", deputy_until = "2026-03-03T10:00:00Z" },
      act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" },
      act "propose" { on = "c", by = "sun", remedy = "gift", amount = "50.00", plan = "A gift" },
    },
    when = act "choose" { on = "c", chosen_plan = "plan_1", instructions = "Today" },
    cases = { { by = "tom", expect = refused "not_allowed" }, { by = "zhao", expect = in_state "chosen" } },
  },
  test "a salesman reads the own customers and the pool, and may take in a complaint of any" {
    given = {
      zhu, customer "wu" { by = "mei", name = "Wu", handler = "mei" },
      employee "sam" { by = "guo", login = "sam", name = "Sam Hu", unit = "gz", team = "sales", roles = { "staff" } },
    },
    steps = {
      act "begin" { on = "sam", by = "guo" },
      { open = customer "li" { by = "sam", name = "Li", handler = "sam" }, expect = allowed },
      { act "update" { on = "li", by = "sam", industry = "Trade" }, expect = refused "not_allowed" },         -- read, not changed: that is the handler's
      { act "claim" { on = "zhu", by = "sam" }, expect = refused "not_found" },
      { open = complaint "c" { by = "sam", customer = "zhu", channel = "counter", problem = "contract", summary = "Terms" }, expect = in_state "received" },
      act "release" { on = "wu", by = "mei" },
      { act "claim" { on = "wu", by = "sam" }, expect = { state = "active", data = { handler = "sam" } } },
    },
  },
}
