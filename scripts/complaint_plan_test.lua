-- Several plans for one complaint: all are kept, the superior chooses one in writing, and never an own one.
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local investigated = {
  { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { by = "ben", department = "finance" } },
  { act "investigate" { by = "ben", cause = "Two runs of one file", cause_kind = "team" }, expect = in_state "investigated" },
}
local refund = { act "propose" { on = "c", by = "ben", remedy = "refund", amount = "80.00", plan = "Pay it back" }, expect = in_state "proposed" }
local gift   = { act "propose" { on = "c", by = "mei", remedy = "gift", amount = "50.00", plan = "A gift" }, expect = in_state "proposed" }
return {
  test "each plan is filed with who proposed it" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund, gift,
      { on = "plan_1", expect = { state = "proposed", data = { complaint = "c", proposer = "ben", remedy = "refund", amount = "80.00" } } },
      { on = "plan_2", expect = { state = "proposed", data = { complaint = "c", proposer = "mei", remedy = "gift", amount = "50.00" } } },
      { on = "c", expect = { data = { latest_plan = "plan_2", proposer = "mei" } } },
    },
  },
  test "the chosen plan is what will be done, the other one is kept" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund, gift,
      { act "choose" { on = "c", by = "li_na", chosen_plan = "plan_1", instructions = "Today, with a call" },
        expect = { state = "chosen", data = { chosen_plan = "plan_1", remedy = "refund", amount = "80.00", proposer = "ben", chooser = "li_na" } } },
      { on = "plan_1", expect = { state = "chosen", data = { instructions = "Today, with a call" } } },
      { on = "plan_2", expect = { state = "not_chosen", data = { proposer = "mei", plan = "A gift", selected = "plan_1" } } },
    },
  },
  test "of one plan alone it need not be said which" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund,
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" }, expect = { state = "chosen", data = { chosen_plan = "plan_1" } } },
    },
  },
  test "of several plans one must be named" {
    given = a_complaint,
    before = { investigated[1], investigated[2], investigated[3], refund, gift },
    when = act "choose" { on = "c", by = "li_na", instructions = "Do it" },
    cases = { { expect = refused "not_allowed" }, { chosen_plan = "plan_2", expect = in_state "chosen" } },
  },
  test "only a superior chooses, and only in writing" {
    given = a_complaint,
    before = { investigated[1], investigated[2], investigated[3], refund },
    when = act "choose" { on = "c" },
    cases = {
      { by = "mei",   instructions = "Do it", expect = refused "not_allowed" },
      { by = "sun",   instructions = "Do it", expect = refused "not_found" },
      { by = "li_na",                         expect = refused "bad_form" },
      { by = "zhao",  instructions = "Do it", expect = in_state "chosen" },
    },
  },
  test "who proposed any of the plans chooses none" {
    given = a_complaint,
    before = { investigated[1], investigated[2], investigated[3], refund,
               { act "propose" { on = "c", by = "li_na", remedy = "gift", amount = "50.00", plan = "A gift" } },
               { act "propose" { on = "c", by = "mei", remedy = "apology", amount = "0.00", plan = "A letter" } } },
    when = act "choose" { on = "c", chosen_plan = "plan_1", instructions = "Do it" },
    cases = { { by = "li_na", expect = refused "not_allowed" }, { by = "wang", expect = in_state "chosen" } },
  },
  test "who proposed the chosen plan does not grant it" {
    given = a_complaint,
    before = { investigated[1], investigated[2], investigated[3], refund, gift,
               { act "choose" { on = "c", by = "li_na", chosen_plan = "plan_1", instructions = "Do it" } } },
    when = act "grant" { on = "c", remedy = "refund", amount = "80.00" },
    cases = { { by = "ben", expect = refused "not_allowed" }, { by = "li_na", expect = in_state "processing" } },
  },
  test "plans that are sent back are no longer chosen from" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund, gift,
      { act "send_back" { on = "c", by = "li_na", reason = "Neither" }, expect = in_state "investigated" },
      { on = "plan_1", expect = in_state "not_chosen" },
      { on = "plan_2", expect = in_state "not_chosen" },
      { act "propose" { on = "c", by = "mei", remedy = "refund", amount = "70.00", plan = "Less" } },
      { act "choose" { on = "c", by = "li_na", chosen_plan = "plan_1", instructions = "The first after all" }, expect = refused "not_allowed" },
      { act "choose" { on = "c", by = "li_na", instructions = "So be it" }, expect = { state = "chosen", data = { chosen_plan = "plan_3", amount = "70.00" } } },
    },
  },
  test "another complaint's plan is not chosen" {
    given = { a_complaint[1], a_complaint[2],
              complaint "d" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Again" } },
    steps = {
      { act "verify" { on = "d", by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { on = "d", by = "ben", department = "finance" } },
      { act "investigate" { on = "d", by = "ben", cause = "The same", cause_kind = "team" } },
      { act "propose" { on = "d", by = "ben", remedy = "gift", amount = "10.00", plan = "A gift" } },
      { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
      investigated[2], investigated[3], refund,
      { act "choose" { on = "c", by = "li_na", chosen_plan = "plan_1", instructions = "That one" }, expect = refused "not_allowed" },
    },
  },
  test "the branch proposes too, and then neither chooses nor grants" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3],
      { act "propose" { on = "c", by = "zhao", remedy = "compensation", amount = "800.00", plan = "Pay the damage" }, expect = in_state "proposed" },
      { act "choose" { on = "c", by = "zhao", instructions = "Do it" }, expect = refused "not_allowed" },
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" } },
      { act "grant" { on = "c", by = "zhao", remedy = "compensation", amount = "800.00" }, expect = refused "not_allowed" },
      { act "grant" { on = "c", by = "wang", remedy = "compensation", amount = "800.00" }, expect = in_state "processing" },
    },
  },
  test "after what was asked for is turned down, it begins anew: who asked may grant what is in his power" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2],
      { act "grant" { on = "c", by = "ben", remedy = "compensation", amount = "400.00" }, expect = { state = "passed_up", data = { proposer = "ben" } } },
      { act "turn_down" { on = "c", by = "wang", reason = "Too much" }, expect = in_state "with_department" },
      { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "50.00" }, expect = in_state "processing" },
    },
  },
  test "no more is granted than was chosen, and nothing else" {
    given = a_complaint,
    before = {
      investigated[1], investigated[2], investigated[3], refund,
      { act "choose" { on = "c", by = "li_na", instructions = "Pay it back" } },
    },
    cases = {
      { amount = "80.00", expect = allowed }, { amount = "79.99", expect = allowed },
      { amount = "80.01", expect = refused "not_allowed" }, { amount = "80.00", remedy = "gift", expect = refused "not_allowed" },
      { amount = "80.01", by = "chen", expect = refused "not_allowed" }, { amount = "80.00", by = "chen", expect = allowed },
    },
    when = act "grant" { on = "c", by = "li_na", remedy = "refund" },
  },
  test "eight plans are enough" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund, refund, refund, refund, refund, refund, refund, refund,
      { act "propose" { on = "c", by = "ben", remedy = "gift", amount = "10.00", plan = "One more" }, expect = refused "not_allowed" },
      { act "propose" { on = "c", by = "zhao", remedy = "gift", amount = "10.00", plan = "The branch's" }, expect = refused "not_allowed" },
    },
  },
  test "a reopened case chooses anew" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund,
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" } },
      { act "grant" { on = "c", by = "li_na", remedy = "refund", amount = "80.00" } },
      { act "close" { on = "c", by = "ben", result = "Paid back" } },
      { act "reopen" { on = "c", by = "kf1", remark = "Nothing came" }, expect = in_state "with_department" },
      { act "investigate" { on = "c", by = "ben", cause = "A wrong account", cause_kind = "team" } },
      gift, { act "choose" { on = "c", by = "li_na", instructions = "The gift" }, expect = { state = "chosen", data = { chosen_plan = "plan_2", remedy = "gift" } } },
    },
  },
  test "a plan whose complaint ended in another way is put aside" {
    given = a_complaint,
    steps = {
      investigated[1], investigated[2], investigated[3], refund,
      { act "withdraw" { on = "c", by = "kf1", remark = "Settled" }, expect = in_state "withdrawn" },
      { after = "61 days", on = "plan_1", expect = in_state "not_chosen" },
    },
  },
}
