-- Long cases: staged answers. And what changes a case on its way: hands, facts, the green channel, repeats, what the reports count.
local ordinary = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "kf1", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local function of(data)                               -- a complaint of this customer, taken in by Ben
  return { customer "cu" { by = "ben", name = "Some One", revenue_year = data.revenue_year, years = data.years, claim_ratio = data.claim_ratio },
           complaint "c" { by = "ben", customer = "cu", channel = "hotline", problem = data.problem or "billing", summary = "Charged twice", injury = data.injury } }
end
local quick, key, quality, urgent = of {}, of { revenue_year = "1000000.00" }, of { years = 4, claim_ratio = 0.01 }, of { injury = true }
local verify   = { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } }
local transfer = { act "transfer" { on = "c", by = "ben", department = "finance" } }
local look     = { act "investigate" { on = "c", by = "ben", cause = "Two runs of one file", cause_kind = "team" } }
return {
  -- staged answers (阶段性答复)
  test "an investigated case is a long one: its customer hears within five business days how it stands" {
    given = ordinary,
    steps = {
      verify, transfer, look, { expect = { deadline = { name = "answer_stage", due = "2026-03-09 09:00" }, data = { stage_answers = 0 } } },
      { act "answer_stage" { on = "c", by = "ben" }, expect = refused "bad_form" },
      { at = "2026-03-05 09:00" },
      { act "answer_stage" { on = "c", by = "ben", interim_answer = "We are checking with the bank" },
        expect = { state = "investigated", deadline = { name = "answer_stage", due = "2026-03-12 09:00" }, data = { stage_answers = 1 } } },
    },
  },
  test "so is one that needs a consultation, from the call on" {
    given = ordinary,
    steps = { verify, transfer, { act "consult" { on = "c", by = "li_na", departments = { "technical", "finance" }, question = "Whose is it?" },
                                  expect = { state = "in_consultation", deadline = { name = "answer_stage", due = "2026-03-09 09:00" }, data = { stage_answers = 0 } } } },
  },
  test "another department has its own time, from when it gets the case" {
    given = ordinary,
    steps = { verify, transfer, { at = "2026-03-03 09:00", expect = { deadline = { name = "with_department", due = "2026-03-04 09:00" } } },
              { act "transfer" { on = "c", by = "ben", department = "technical" }, expect = { deadline = { name = "with_department", due = "2026-03-05 09:00" } } } },
  },
  test "an answer is noted when it is fed back" {
    given = quick, steps = { verify, transfer, { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "50.00" } },
                             { act "feed_back" { on = "c", by = "ben", result = "Paid back" }, expect = { state = "fed_back", data = { answered_at = "2026-03-02T01:00:00Z" } } } },
  },
  test "a quality customer within three" {
    given = quality, steps = { verify, transfer, look, { expect = { deadline = { name = "answer_stage", due = "2026-03-05 09:00" } } } },
  },
  test "a key customer within two" {
    given = key, steps = { verify, transfer, look, { expect = { deadline = { name = "answer_stage", due = "2026-03-04 09:00" } } } },
  },
  test "a late step makes a case a long one" {
    given = ordinary, steps = { verify, transfer, { at = "2026-03-04 09:00", expect = { escalated, deadline = { name = "answer_stage", due = "2026-03-11 09:00" } } } },
  },
  test "a staged answer that is missed is told to handler and supervisor, then to the head, and falls due again" {
    given = key,
    steps = {
      verify, transfer, look,
      { at = "2026-03-04 08:59" },
      { at = "2026-03-04 09:00", expect = { told "ben", told "supervisor", data = { stages_missed = 1 } } },
      { at = "2026-03-05 09:00", expect = { told "head_of_department", deadline = { name = "answer_stage", due = "2026-03-09 09:00" } } },
      { act "answer_stage" { on = "c", by = "zhao", interim_answer = "The branch looks into it" }, expect = { data = { stage_answers = 1, stages_missed = 1 } } },
    },
  },
  test "nobody waits for a staged answer who has the answer" {
    given = ordinary,
    steps = {
      verify, transfer, look,
      { act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" } },
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" } },
      { act "grant" { on = "c", by = "li_na", remedy = "refund", amount = "80.00" } },
      { act "feed_back" { on = "c", by = "ben", result = "Paid back" } },
      { act "answer_stage" { on = "c", by = "ben", interim_answer = "x" }, expect = refused "wrong_state" },
      { at = "2026-03-30 09:00", expect = { in_state "fed_back", data = { stage_answers = 0 } } },
    },
  },
  test "the short way knows no staged answers" {
    given = ordinary,
    steps = { verify, transfer, { act "grant" { on = "c", by = "li_na", remedy = "apology", amount = "0.00" } },
              { act "answer_stage" { on = "c", by = "ben", interim_answer = "The letter is written" }, expect = { state = "processing", data = { stage_answers = 1 } } } },
  },

  -- who answers for it (首问负责、专席)
  test "who took it in answers for it until it is handed over" {
    given = ordinary,
    steps = {
      { expect = { data = { first_responder = "kf1", handler = "kf1", seat = "front" } } },
      { act "hand_over" { on = "c", by = "kf1" }, expect = refused "bad_form" },
      { act "hand_over" { on = "c", by = "kf1", handler = "ben", reason = "The seat" }, expect = { state = "received", data = { first_responder = "kf1", handler = "ben" }, told = "ben" } },
      { act "hand_over" { on = "c", by = "kf1", handler = "kf1" }, expect = refused "not_allowed" },          -- no longer the own one
      { act "hand_over" { on = "c", by = "mei", handler = "mei" }, expect = { data = { handler = "mei" } } },
      { act "hand_over" { on = "c", by = "sun", handler = "sun" }, expect = refused "not_found" },
      { act "hand_over" { on = "c", by = "zhao", handler = "ben" }, expect = { data = { handler = "ben" } } },
    },
  },
  test "the seat goes by customer and problem" {
    given = { customer "li" { by = "ben", name = "Li Wei" } },
    when = complaint { by = "ben", customer = "li", channel = "hotline", summary = "x" },
    cases = {
      { problem = "billing",   expect = { data = { seat = "front" } } },
      { problem = "technical", expect = { data = { seat = "technical" } } },
      { problem = "contract",  expect = { data = { seat = "contracts" } } },
      { problem = "privacy",   expect = { data = { seat = "privacy" } } },
    },
  },

  -- urgent, and the green channel (紧急、绿色通道)
  test "urgency is judged again when the facts change" {
    given = ordinary,
    steps = {
      verify, transfer,
      { act "amend" { on = "c", by = "kf1", injury = true }, expect = refused "bad_form" },                    -- not without a reason
      { act "amend" { on = "c", by = "kf1", wish = "A letter", reason = "Called again" }, expect = { data = { priority = "normal", wish = "A letter" } } },
      { act "amend" { on = "c", by = "kf1", injury = true, reason = "Was hurt" },
        expect = { state = "with_department", data = { priority = "urgent" }, told = { "supervisor", "head_of_department" }, deadline = { name = "fast", due = "2026-03-02 14:00" } } },
      { at = "2026-03-02 13:59" },
      { at = "2026-03-02 14:00", expect = { told "head_of_department", told "branch_manager" } },
      { act "amend" { on = "c", by = "zhao", injury = false, reason = "Somebody else" }, expect = { data = { priority = "normal" } } },
    },
  },
  test "a supervisor opens the green channel for whom it is needed" {
    given = ordinary,
    steps = {
      verify,
      { act "open_fast_track" { on = "c", by = "ben" }, expect = refused "not_allowed" },
      { act "open_fast_track" { on = "c", by = "li_na", remark = "A second time" },
        expect = { state = "verified", data = { track = "green" }, told = "head_of_department", deadline = { name = "fast", due = "2026-03-03 09:00" } } },
      transfer, { expect = { deadline = { name = "with_department", due = "2026-03-03 09:00" } } },
      { at = "2026-03-03 09:00", expect = { escalated, told "head_of_department" } },
    },
  },
  test "so may the branch" {
    given = ordinary, steps = { { act "open_fast_track" { on = "c", by = "zhao" }, expect = { data = { track = "green" } } } },
  },

  -- for the reports
  test "the same problem again within ninety days is a repeat" {
    given = ordinary,
    steps = {
      { complaint "d" { by = "ben", customer = "li", channel = "phone", problem = "billing", summary = "Again" }, expect = { data = { repeats = 1, repeated = true } } },
      { complaint "e" { by = "ben", customer = "li", channel = "phone", problem = "delivery", summary = "Late" }, expect = { in_state "received" } },
      { at = "2026-06-20 09:00" },
      { complaint "f" { by = "ben", customer = "li", channel = "phone", problem = "billing", summary = "Once more" }, expect = { in_state "received" } },
      { complaint "g" { by = "ben", customer = "li", channel = "phone", problem = "billing", summary = "And more" }, expect = { data = { repeats = 1 } } },
    },
  },
  test "what was answered in time counts as in time, and when it was answered is kept" {
    given = ordinary,
    steps = {
      { at = "2026-03-02 10:00" }, verify, transfer, { act "grant" { on = "c", by = "li_na", remedy = "refund", amount = "80.00" } },
      { act "close" { on = "c", by = "ben", result = "Paid back" },
        expect = { data = { answered_in_time = true, closed_in_time = true, answered_at = "2026-03-02T02:00:00Z" } } },
    },
  },
  test "a late verification stays late" {
    given = ordinary,
    steps = { { at = "2026-03-02 14:00", expect = { escalated, data = { answered_in_time = false } } }, verify, { expect = { data = { answered_in_time = false, closed_in_time = true } } } },
  },
  test "headquarters hears of an urgent case four hours after its whole time" {
    given = urgent, steps = { { at = "2026-03-16 09:00", expect = { deadline = { name = "headquarters", due = "2026-03-16 14:00" } } } },
  },
  test "of a key customer's a business day after" {
    given = key, steps = { { at = "2026-03-09 09:00", expect = { told "branch_manager", deadline = { name = "headquarters", due = "2026-03-10 09:00" } } } },
  },

  -- the complete file (归档)
  test "a file with gaps is not archived, and it is said what is missing" {
    given = key,
    steps = {
      verify, transfer, look,
      { act "propose" { on = "c", by = "mei", remedy = "refund", amount = "80.00", plan = "Pay it back" } },
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" } },
      { act "grant" { on = "c", by = "li_na", remedy = "refund", amount = "80.00" } },
      { act "feed_back" { on = "c", by = "ben", result = "Paid back" } },
      { act "follow_up" { on = "c", by = "hf1", satisfied = true } },
      { act "summarise" { on = "c", by = "ben", assessment = "Good" } },
      { act "archive" { on = "c", by = "dang" },
        expect = { state = "summarised", told = { "owner", "archive_keeper" },
                   data = { file_missing = "report of the correction 整改报告; letters and recordings 往来函件" } } },
      { act "report" { on = "correction", by = "wang", correction = "Every file is checked" } },
      { act "explain" { on = "correction", by = "wang", explanation = "By telephone" } },
      { act "archive" { on = "c", by = "dang" }, expect = { state = "summarised", data = { file_missing = "letters and recordings 往来函件" } } },
      { act "archive" { on = "c", by = "dang", letters = 3 }, expect = in_state "archived" },
    },
  },
  test "what closes for want of the customer's answer goes to the archive with its gaps named" {
    given = ordinary,
    steps = {
      verify, transfer, { act "ask" { on = "c", by = "ben", question = "Which account?" } },
      { after = "10 days", on = "c", expect = in_state "closed" },
      { after = "30 days", on = "c", expect = { in_state "archived", told "archive_keeper",
                                                data = { file_missing = "authorisation 授权审批表; feedback 反馈表" } } },
    },
  },
}
