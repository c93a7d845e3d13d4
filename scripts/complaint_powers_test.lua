-- A complaint and what hangs on it.
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
local c = complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" }
local verify, transfer = { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "finance" } }
local investigate = { act "investigate" { on = "c", by = "ben", cause = "No check", cause_kind = "team", responsible = "mei", severity = "slight" } }

return {
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
