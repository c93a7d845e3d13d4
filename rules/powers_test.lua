-- Who may do what, state by state: of everybody in rules/organisation.lua. Ben works in Guangzhou, as Mei and their supervisor Li Na do; Sun in
-- Shenzhen; Wang heads Guangzhou, Zhao the branch over it, Chen headquarters. Who is not named with a record may not even see it.
-- Eye and Far read nearly everything, as administrators do: what they may not do, they may not do for its own sake. Eye is staff in
-- Guangzhou beside that, Far heads Beijing. New is nothing but staff, in Ben's group. What a form must say first is not asked here: an amount, an opinion, a plan.
local everybody = { "kf1", "ben", "mei", "sun", "li_na", "wang", "zhao", "chen", "lin", "xu", "yan", "guo", "he", "hf1", "dang", "importer", "admin", "backup", "eye", "far", "new" }

-- { { "ben mei", "verify", "transfer" }, ... }: what each may do with the record, as steps of a play.
local function may(ref, rows)
  local steps, of = { many = true }, {}
  for _, row in ipairs(rows) do
    local names = {}
    for i = 2, #row do names[#names + 1] = row[i] end
    for account in row[1]:gmatch("%S+") do of[account] = names end
  end
  for i, account in ipairs(everybody) do
    local names = of[account]
    steps[i] = { ask "case.actions" { id = ref, by = account },
                 expect = names and { may = #names > 0 and names or 0 } or refused "not_found" }
  end
  return steps
end
local hired = {
  many = true,
  { open = employee "eye" { by = "guo", login = "eye", name = "Eye", unit = "gz", roles = { "staff", "administrator" } } },
  { open = employee "far" { by = "guo", login = "far", name = "Far", unit = "bj", roles = { "head_of_department", "administrator" } } },
  { act "begin" { on = "eye", by = "guo" } }, { act "begin" { on = "far", by = "guo" } },
  { open = employee "new" { by = "guo", login = "new", name = "New", unit = "gz", team = "g1", roles = { "staff" } } }, { act "begin" { on = "new", by = "guo" } },
}
-- Plays and single steps, one behind the other.
local function play(parts)
  local steps = {}
  for _, part in ipairs(parts) do
    if part.many then
      for _, step in ipairs(part) do steps[#steps + 1] = step end
    else
      steps[#steps + 1] = part
    end
  end
  return steps
end
local li = customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" }
local key = customer "li" { by = "ben", name = "Li Trading", revenue_year = "2000000.00", handler = "ben", unit = "gz" }
local rating = credit_rating "r" { by = "ben", customer = "li", year = 2025, years_known = 6 }
local handed_in = { act "hand_in" { on = "r", by = "ben", identity_copy = true, licence_copy = true, statements_year = true, statements_quarter = true } }
local rated = { act "rate" { on = "r", by = "ben", traded = "6000000.00", due = 100, fulfilled = 99, years_known = 6, profitable = true } }
local c = complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" }
local verify, transfer = { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "finance" } }
local investigate = { act "investigate" { on = "c", by = "ben", cause = "No check", cause_kind = "team", responsible = "mei", severity = "slight" } }

return {
  test "powers over a customer" {
    given = { li },
    steps = play { hired,
      may("li", {
        { "kf1 sun zhao he hf1" },
        { "ben li_na wang chen admin eye far", "release", "hand_over", "update" },
        { "mei", "update" },
      }),
      { act "release" { on = "li", by = "ben" } },
      may("li", {
        { "kf1 ben mei sun li_na wang zhao chen he hf1 new", "claim" },
        { "admin", "erase" },
        { "eye far", "claim", "erase" },
      }),
    },
  },
  test "powers over a contact and a trade" {
    given = { li, contact "c" { by = "ben", customer = "li", subject = "Renewal", content = "Will think" },
              trade "t" { by = "ben", customer = "li", subject = "Wire", amount = "10.00" } },
    steps = play { hired,
      may("c", {
        { "kf1 mei zhao chen hf1 admin eye far new" },
        { "ben", "correct", "again", "settle" },
        { "li_na wang", "correct" },
      }),
      may("t", {
        { "kf1 ben mei zhao chen hf1 admin eye far new" },
        { "li_na wang", "cancel" },
      }),
    },
  },
  test "powers over a change of important data" {
    given = { key, customer_change "cc" { by = "ben", customer = "li", new_name = "Li Wu", reason = "Marriage" } },
    steps = play { hired,
      may("cc", {
        { "ben", "withdraw" },
        { "zhao chen lin", "approve", "turn_down" },
        { "admin eye far" },
      }),
    },
  },
  test "powers over a review of a customer's data" {
    given = { li, customer_review "v" { by = "li_na", customer = "li" } },
    steps = play { hired,
      may("v", {
        { "ben mei sun li_na wang zhao chen far", "verify" },
        { "admin eye" },
      }),
    },
  },
  test "powers over a rating and a change of grade" {
    given = { key, rating },
    steps = play { hired,
      may("r", {
        { "ben wang", "hand_in", "rate", "give_up" },
        { "zhao chen lin" },
      }),
      handed_in,
      rated,
      may("r", {
        { "ben wang zhao chen lin" },
      }),
      { open = credit_change "a" { by = "ben", customer = "li", rating = "r", to_grade = "green", ground = "All contracts fulfilled" } },
      may("a", {
        { "ben zhao chen lin" },
        { "wang", "review" },
      }),
      { act "review" { on = "a", by = "wang", agreed = true, opinion = "Agreed" } },
      may("a", {
        { "ben wang zhao" },
        { "chen", "sign" },
        { "lin", "extend" },
      }),
    },
  },
  test "powers over special terms of payment" {
    given = { li, payment_terms "p" { by = "ben", customer = "li", terms = "Pay late", days = 90, reason = "A large order" } },
    steps = play { hired,
      may("p", {
        { "ben", "withdraw" },
        { "mei li_na wang chen" },
        { "lin xu", "grant", "refuse" },
      }),
    },
  },
  test "powers over a finding" {
    given = { finding "f" { by = "wang", rule = "by_hand", ground = "Told a customer the wrong thing", consequence = "reminder", person = "ben",
                      source = "1-1", unit = "gz", confirm_by = "branch_manager" } },
    steps = play { hired,
      may("f", {
        { "ben admin eye far" },
        { "wang zhao chen", "confirm", "drop" },
      }),
      { act "confirm" { on = "f", by = "zhao", verified = "Heard the recording" } },
      may("f", {
        { "ben", "appeal" },
        { "wang zhao chen admin eye far" },
      }),
      { act "appeal" { on = "f", by = "ben", appeal = "I was away that day" } },
      may("f", {
        { "ben wang zhao admin eye far" },
        { "chen", "uphold", "withdraw" },
      }),
    },
  },
  test "powers over a disclosure" {
    given = { li, disclosure "d" { by = "ben", customer = "li", level = "confidential", purpose = "Visit" } },
    steps = play { hired,
      may("d", {
        { "ben", "withdraw" },
        { "zhao chen yan", "grant", "refuse" },
        { "admin eye far" },
      }),
      { act "grant" { on = "d", by = "yan" } },
      may("d", {
        { "ben zhao chen admin eye far" },
        { "yan", "revoke" },
      }),
    },
  },
  test "powers over a mass alarm" {
    given = { mass_alarm "m" { by = "li_na", department = "logistics", problem = "delivery", complaints = 5 } },
    steps = play { hired,
      may("m", {
        { "ben mei sun li_na dang admin eye" },
        { "wang zhao chen far", "acknowledge" },
      }),
      { act "acknowledge" { on = "m", by = "wang" } },
      may("m", {
        { "ben mei sun li_na dang admin eye" },
        { "wang zhao chen far", "close" },
      }),
    },
  },
  test "powers over a callback" {
    given = { li, callback "cb" { by = "hf1", source = "visit", customer = "li", tier = "ordinary" } },
    steps = play { hired,
      may("cb", {
        { "kf1 zhao chen dang admin eye far new" },
        { "ben mei hf1", "attempt", "take" },
        { "li_na wang", "attempt", "take", "cancel" },
      }),
      { act "attempt" { on = "cb", by = "hf1", answer = "answered" } },
      may("cb", {
        { "kf1 zhao chen dang admin eye far new" },
        { "ben mei hf1", "record", "take" },
        { "li_na wang", "record", "take", "cancel" },
      }),
    },
  },
  test "powers over an incident" {
    given = { incident "i" { by = "ben", summary = "No mail", priority = "high" } },
    steps = play { hired,
      may("i", {
        { "ben mei sun li_na wang zhao chen far", "assign", "wait_for_user", "wait_for_vendor", "wait_for_problem", "wait_for_evidence", "resolve", "close", "update" },
        { "dang admin eye" },
      }),
      { act "assign" { on = "i", by = "ben", handler = "ben" } },
      may("i", {
        { "ben mei sun li_na wang zhao chen far", "assign", "wait_for_user", "wait_for_vendor", "wait_for_problem", "wait_for_evidence", "resolve", "update" },
        { "dang admin eye" },
      }),
    },
  },
  test "powers over a regulator's complaint" {
    given = { regulator_complaint "r" { by = "ben", source_number = "511074", received_on = "2026-02-27", channel = "Web",
                                                    product = "Mortgage", issue = "Payments", company = "Example Bank" } },
    steps = play { hired,
      may("r", {
        { "ben mei sun li_na wang zhao chen far", "send" },
        { "dang admin eye" },
      }),
      { act "send" { on = "r", by = "ben" } },
      may("r", {
        { "ben mei sun li_na wang zhao chen far", "respond" },
        { "dang admin eye" },
      }),
      { act "respond" { on = "r", by = "ben", response = "closed" } },
      may("r", {
        { "ben mei sun li_na wang zhao chen far", "dispute" },
        { "dang admin eye" },
      }),
    },
  },
  test "powers over a duty" {
    given = { duty "d" { by = "li_na", duty = "file_check", role = "archive_keeper" } },
    steps = play { hired,
      may("d", {
        { "li_na wang zhao chen dang importer far", "finish" },
        { "admin eye" },
      }),
    },
  },
  test "powers over a filed report" {
    given = { filed_report "r" { by = "admin", report = "complaint_analysis", period = "2026-02", content = "{}", reader = "headquarters_centre" } },
    steps = play { hired,
      may("r", {
        { "zhao dang admin eye far" },
        { "chen lin he", "discuss" },
      }),
    },
  },
  test "powers over a member of the staff" {
    given = { employee "e" { by = "guo", login = "eva", name = "Eva Lin", unit = "gz", team = "g1", roles = { "handler" }, person = "E-1" } },
    steps = play { hired,
      may("e", {
        { "li_na" },
        { "guo admin eye far", "begin", "decline" },
      }),
      { act "begin" { on = "e", by = "guo" } },
      may("e", {
        { "li_na", "be_away", "come_back", "delegate", "revoke" },
        { "guo admin eye far", "change", "be_away", "come_back", "delegate", "revoke", "leave" },
      }),
      { act "leave" { on = "e", by = "guo", left_on = "2026-03-02" } },
      may("e", {
        { "li_na" },
        { "guo admin eye far", "rehire" },
      }),
    },
  },

  -- a complaint and what hangs on it
  test "powers over a complaint until it is with the department" {
    given = { li, c },
    steps = play { hired,
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "verify", "withdraw", "assign", "hand_over", "amend" },
        { "li_na wang zhao chen", "verify", "withdraw", "assign", "hand_over", "amend", "open_fast_track" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      verify,
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "transfer", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "transfer", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      transfer,
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben", "transfer", "ask", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "mei", "transfer", "ask", "investigate", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang", "transfer", "ask", "take_back", "consult", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "zhao chen", "transfer", "ask", "consult", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      { act "ask" { on = "c", by = "ben", question = "Which card?" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "answered", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "answered", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
    },
  },
  test "powers over a joint consultation" {
    given = { li, c },
    steps = play { hired,
      verify,
      transfer,
      { act "consult" { on = "c", by = "li_na", departments = { "technical", "product" }, question = "Why?" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      may("consultation", {
        { "kf1 ben mei li_na wang zhao chen hf1 dang admin eye far new" },
      }),
      may("opinion_1", {
        { "kf1 zhao chen hf1 dang admin eye far new" },
        { "ben mei li_na wang", "give" },
      }),
    },
  },
  test "powers over an engineer's visit" {
    given = { li, c },
    steps = play { hired,
      verify,
      { act "send_engineer" { on = "c", by = "li_na", engineer = "mei", task = "Look" } },
      may("site_visit", {
        { "kf1 ben li_na wang zhao chen hf1 dang admin eye far new" },
        { "mei", "arrive" },
      }),
      { act "arrive" { on = "site_visit", by = "mei" } },
      may("site_visit", {
        { "kf1 ben li_na wang zhao chen hf1 dang admin eye far new" },
        { "mei", "report" },
      }),
    },
  },
  test "powers over a correction" {
    given = { li, c },
    steps = play { hired,
      verify,
      transfer,
      investigate,
      may("correction", {
        { "kf1 ben zhao chen hf1 dang admin eye far new" },
        { "mei li_na wang", "report" },
      }),
      { act "report" { on = "correction", by = "mei", correction = "Every file is checked" } },
      may("correction", {
        { "kf1 ben mei li_na zhao chen hf1 dang admin eye far new" },
        { "wang", "explain" },
      }),
    },
  },
  test "powers from a plan to the archive" {
    given = { li, c },
    steps = play { hired,
      verify,
      transfer,
      investigate,
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "propose", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "propose", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      { act "propose" { on = "c", by = "ben", remedy = "refund", amount = "80.00", plan = "Pay it back" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "propose", "send_back", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "propose", "choose", "send_back", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      may("plan_1", {
        { "kf1 ben mei li_na wang zhao chen hf1 dang admin eye far new" },
      }),
      { act "choose" { on = "c", by = "li_na", instructions = "Do it" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "grant", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
      { act "grant" { on = "c", by = "wang", remedy = "refund", amount = "80.00" } },
      may("c", {
        { "kf1 hf1 eye new", "amend" },
        { "ben mei", "feed_back", "close", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "feed_back", "close", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin far" },
      }),
      { act "feed_back" { on = "c", by = "ben", result = "Paid back" } },
      may("c", {
        { "kf1 dang admin eye far new" },
        { "ben mei li_na wang", "follow_up", "assign", "hand_over" },
        { "zhao chen", "assign", "hand_over" },
        { "hf1", "follow_up" },
      }),
      { act "follow_up" { on = "c", by = "hf1", satisfied = true } },
      may("c", {
        { "kf1 hf1 dang admin eye far new" },
        { "ben mei li_na wang zhao chen", "summarise", "assign", "hand_over" },
      }),
      { act "summarise" { on = "c", by = "ben", assessment = "Good" } },
      may("c", {
        { "kf1 hf1 admin eye far new" },
        { "ben mei li_na wang zhao chen", "assign", "hand_over" },
        { "dang", "archive" },
      }),
    },
  },
  test "powers over what was passed up" {
    given = { li, c },
    steps = play { hired,
      verify,
      transfer,
      { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "400.00" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben mei", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang zhao chen", "grant", "turn_down", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
    },
  },
  test "powers over a closed complaint" {
    given = { li, c },
    steps = play { hired,
      verify,
      transfer,
      { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "80.00" } },
      { act "close" { on = "c", by = "ben", result = "Paid back" } },
      may("c", {
        { "kf1 eye far new", "reopen" },
        { "ben mei li_na wang", "follow_up", "reopen", "assign", "hand_over" },
        { "zhao chen", "reopen", "assign", "hand_over" },
        { "hf1", "follow_up", "reopen" },
        { "dang admin" },
      }),
      { act "reopen" { on = "c", by = "kf1" } },
      may("c", {
        { "kf1 hf1 eye new", "withdraw", "amend" },
        { "ben", "transfer", "ask", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "mei", "transfer", "ask", "investigate", "withdraw", "assign", "hand_over", "amend", "answer_stage" },
        { "li_na wang", "transfer", "ask", "take_back", "consult", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "zhao chen", "transfer", "ask", "consult", "investigate", "grant", "withdraw", "assign", "hand_over", "amend", "open_fast_track", "answer_stage", "send_engineer" },
        { "dang admin" },
        { "far", "withdraw" },
      }),
    },
  },
  test "powers over a complaint that is explained" {
    given = { li, c },
    steps = play { hired,
      { act "verify" { on = "c", by = "ben", ground = "insufficient", demand = "reasonable" } },
      may("c", {
        { "kf1 eye far new", "reopen" },
        { "ben mei li_na wang", "follow_up", "reopen", "assign", "hand_over" },
        { "zhao chen", "reopen", "assign", "hand_over" },
        { "hf1", "follow_up", "reopen" },
        { "dang admin" },
      }),
    },
  },
}
