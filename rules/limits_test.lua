-- How long each step may take.
return {
  test "a new complaint is verified within four service hours, an urgent one within one" { steps = {
    { decide "complaint.answer_limit" { urgency = "normal" }, expect = { limit = "4 hours" } },
    { decide "complaint.answer_limit" { urgency = "high" },   expect = { limit = "2 hours" } },
    { decide "complaint.answer_limit" { urgency = "urgent" }, expect = { limit = "1 hour" } },
  } },
  test "a step takes two business days, one for key customers, four hours where it is urgent" { steps = {
    { decide "complaint.step_limit" { urgency = "normal", tier = "quality" }, expect = { limit = "2 business days", rule = "others" } },
    { decide "complaint.step_limit" { urgency = "high",   tier = "key" },     expect = { limit = "1 business day", rule = "key" } },
    { decide "complaint.step_limit" { urgency = "urgent", tier = "key" },     expect = { limit = "4 hours", rule = "urgent" } },
    { decide "complaint.step_limit" { urgency = "normal", track = "green", tier = "ordinary" }, expect = { limit = "1 business day", rule = "green" } },
    { decide "complaint.step_limit" { urgency = "normal", track = "normal", tier = "ordinary" }, expect = { limit = "2 business days" } },
  } },
  test "the head is told after twice that time" { steps = {
    { decide "complaint.head_limit" { urgency = "normal", tier = "ordinary" }, expect = { limit = "4 business days", rule = "others" } },
    { decide "complaint.head_limit" { urgency = "high",   tier = "key" },      expect = { limit = "2 business days", rule = "key" } },
    { decide "complaint.head_limit" { urgency = "urgent", tier = "ordinary" }, expect = { limit = "1 business day", rule = "urgent" } },
    { decide "complaint.head_limit" { urgency = "normal", track = "green", tier = "ordinary" }, expect = { limit = "2 business days", rule = "green" } },
    { decide "complaint.head_limit" { urgency = "normal", track = "normal", tier = "ordinary" }, expect = { limit = "4 business days" } },
  } },
  test "a whole case takes ten business days, hard ones twenty, key customers never wait more than five" { steps = {
    { decide "complaint.total_limit" { tier = "ordinary", problem = "billing" },   expect = { limit = "10 business days", rule = "others" } },
    { decide "complaint.total_limit" { tier = "quality",  problem = "technical" }, expect = { limit = "20 business days", rule = "hard" } },
    { decide "complaint.total_limit" { tier = "ordinary", problem = "contract" },  expect = { limit = "20 business days", rule = "hard" } },
    { decide "complaint.total_limit" { tier = "key",      problem = "technical" }, expect = { limit = "5 business days", rule = "key" } },
  } },
  test "a callback follows within five business days, two for key customers" { steps = {
    { decide "complaint.callback_limit" { tier = "key" },      expect = { limit = "2 business days" } },
    { decide "complaint.callback_limit" { tier = "ordinary" }, expect = { limit = "5 business days" } },
    { decide "complaint.callback_limit" { tier = "quality" },  expect = { limit = "5 business days" } },
  } },
  test "an incident's time goes by its priority" { steps = {
    { decide "incident.limit" { priority = "critical" }, expect = { limit = "4 hours" } },
    { decide "incident.limit" { priority = "high" },     expect = { limit = "8 hours" } },
    { decide "incident.limit" { priority = "moderate" }, expect = { limit = "3 days" } },
    { decide "incident.limit" { priority = "low" },      expect = { limit = "10 days" } },
  } },
  test "headquarters is told after the whole time, sooner where it is urgent or the customer is key" { steps = {
    { decide "complaint.headquarters_limit" { urgency = "urgent", tier = "ordinary" }, expect = { limit = "4 hours" } },
    { decide "complaint.headquarters_limit" { urgency = "high",   tier = "key" },      expect = { limit = "1 business day" } },
    { decide "complaint.headquarters_limit" { urgency = "high",   tier = "quality" },  expect = { limit = "3 business days" } },
    { decide "complaint.headquarters_limit" { urgency = "normal", tier = "ordinary" }, expect = { limit = "3 business days" } },
  } },
  test "the customer of a long case hears how it stands" { steps = {
    { decide "complaint.stage_limit" { tier = "key" },      expect = { limit = "2 business days" } },
    { decide "complaint.stage_limit" { tier = "quality" },  expect = { limit = "3 business days" } },
    { decide "complaint.stage_limit" { tier = "ordinary" }, expect = { limit = "5 business days" } },
  } },
  test "a correction is made at once, and explained at once" {
    when = decide "correction.limit" {},
    cases = { { severity = "grave", expect = { limit = "4 hours" } }, { severity = "serious", expect = { limit = "1 business day" } }, { severity = "slight", expect = { limit = "1 business day" } } },
  },
  test "the head explains in the same time" {
    when = decide "correction.explain_limit" {},
    cases = { { severity = "grave", expect = { limit = "4 hours" } }, { severity = "serious", expect = { limit = "1 business day" } }, { severity = "slight", expect = { limit = "1 business day" } } },
  },
  test "then the branch is told" {
    when = decide "correction.second_limit" {},
    cases = { { severity = "grave", expect = { limit = "1 business day" } }, { severity = "serious", expect = { limit = "3 business days" } }, { severity = "slight", expect = { limit = "3 business days" } } },
  },
  test "an engineer is there within two hours, four, or a day" {
    when = decide "site_visit.arrival_limit" {},
    cases = { { priority = "urgent", expect = { limit = "2 hours" } }, { priority = "high", expect = { limit = "4 hours" } }, { priority = "normal", expect = { limit = "1 business day" } } },
  },
  test "a consultation of an urgent case is short, and two are enough" { steps = {
    { decide "consultation.join" { priority = "urgent" },  expect = { join = "quorum", quorum = 2 } },
    { decide "consultation.join" { priority = "high" },    expect = { join = "all" } },
    { decide "consultation.limit" { priority = "urgent" }, expect = { limit = "6 hours" } },
    { decide "consultation.limit" { priority = "high" },   expect = { limit = "3 business days" } },
    { decide "opinion.limit" { priority = "urgent" },      expect = { limit = "4 hours" } },
    { decide "opinion.limit" { priority = "high" },        expect = { limit = "2 business days" } },
    { decide "opinion.silent_limit" { priority = "urgent" }, expect = { limit = "1 business day" } },
    { decide "opinion.silent_limit" { priority = "high" },   expect = { limit = "4 business days" } },
  } },
  test "a secret is disclosed for thirty days, what is confidential for fourteen, what is top secret for seven" { steps = {
    { decide "disclosure.rule" { level = "secret" },       expect = { approver = "branch_manager", days = 30 } },
    { decide "disclosure.rule" { level = "confidential" }, expect = { approver = "executive_director", days = 14 } },
    { decide "disclosure.rule" { level = "top_secret" },   expect = { approver = "executive_director", days = 7 } },
  } },
  test "two disclosures of data are a mass complaint, five of anything else" { steps = {
    { decide "mass_alarm.rule" { problem = "privacy" },  expect = { raise_at = 2, ebb_below = 1, look_every = "1 hour" } },
    { decide "mass_alarm.rule" { problem = "delivery" }, expect = { raise_at = 5, ebb_below = 3, look_every = "4 hours" } },
  } },
  test "a key customer is tried five times, the others three" { steps = {
    { decide "callback.attempts" { tier = "key" },      expect = { attempts_max = 5, again = "2 hours", grace = 15, head_hears = true } },
    { decide "callback.attempts" { tier = "quality" },  expect = { attempts_max = 3, again = "4 hours", grace = 15, head_hears = false } },
    { decide "callback.attempts" { tier = "ordinary" }, expect = { attempts_max = 3, again = "4 hours", grace = 15, head_hears = false } },
  } },
}
