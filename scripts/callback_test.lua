-- Callbacks: who is called, when nobody may be called, what was promised, and what must be written down.
local li  = customer "li"  { by = "ben", name = "Li Wei" }                                             -- ordinary, in China
local big = customer "big" { by = "ben", name = "Big Steel", revenue_year = "2000000.00" }              -- key
local ada = customer "ada" { by = "ben", name = "Ada Smith", region = "uk" }
local joe = customer "joe" { by = "ben", name = "Joe Miller", region = "us_east" }
local of_li  = callback "cb" { by = "hf1", source = "visit", customer = "li", tier = "ordinary" }
local of_big = callback "cb" { by = "hf1", source = "visit", customer = "big", tier = "key" }
local of_ada = callback "cb" { by = "hf1", source = "visit", customer = "ada", tier = "ordinary" }
local of_joe = callback "cb" { by = "hf1", source = "visit", customer = "joe", tier = "ordinary" }

local keys_complaint = { big, complaint "c" { by = "ben", customer = "big", channel = "hotline", problem = "delivery", summary = "Late" } }
local way_to_closing = {
  { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "logistics" } },
  { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "50.00" } },
  { act "close" { on = "c", by = "ben", result = "Paid back" } },
}
local ten_complaints, ten_explained = { li }, {}
for i = 1, 10 do
  ten_complaints[#ten_complaints + 1] = complaint("c" .. i) { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Why?" }
  ten_explained[#ten_explained + 1] = { act "verify" { on = "c" .. i, by = "ben", ground = "insufficient", demand = "reasonable" } }
end
local called = { { act "attempt" { on = "callback", by = "hf1", answer = "answered" } } }


-- The steps of one list behind those of another.
local function first(before, steps)
  local all = {}
  for _, step in ipairs(before) do all[#all + 1] = step end
  for _, step in ipairs(steps) do all[#all + 1] = step end
  return all
end

return {
  -- ---- who is called back ----
  test "a key customer's complaint is called back, always and within two days" {
    given = keys_complaint,
    steps = first(way_to_closing, { { on = "callback", expect = { state = "planned", data = { tier = "key", case_outcome = "upheld", channel = "phone", seat = "key_seat",
                                                                          source_number = "CP-2026-000001", due_on = "2026-03-04" } } } }),
  },
  test "every key customer is in the plan, whatever the complaint was about" {
    when = decide "callback.plan" { source = "complaint", tier = "key" },
    cases = {
      { problem = "billing", outcome = "upheld",     expect = { rate = 10000 } }, { problem = "service",  outcome = "not_upheld", expect = { rate = 10000 } },
      { problem = "privacy", outcome = "upheld",     expect = { rate = 10000 } }, { problem = "contract", outcome = "not_upheld", expect = { rate = 10000 } },
    },
  },
  test "others are called back at a rate" {
    when = decide "callback.plan" {},
    cases = {
      { source = "complaint", problem = "billing", tier = "quality",  outcome = "upheld",     expect = { rate = 5000, days = 5 } },
      { source = "complaint", problem = "billing", tier = "ordinary", outcome = "upheld",     expect = { rate = 2000, days = 5 } },
      { source = "complaint", problem = "billing", tier = "ordinary", outcome = "not_upheld", expect = { rate = 5000 } },
      { source = "complaint", tier = "ordinary", outcome = "upheld", problem = "privacy", expect = { rate = 10000, days = 3 } },
      { source = "installation", problem = "quality", tier = "quality", outcome = "done", expect = { rate = 5000, days = 14 } },
      { source = "service", problem = "quality", tier = "quality", outcome = "done",      expect = { rate = 1000, days = 28 } },
    },
  },
  test "of ten explanations five are called back: which, is drawn, and nobody can choose" {
    given = ten_complaints,
    steps = first(ten_explained, {
      { on = "callback_1", expect = { data = { source_number = "CP-2026-000002" } } },
      { on = "callback_2", expect = { data = { source_number = "CP-2026-000005" } } },
      { on = "callback_3", expect = { data = { source_number = "CP-2026-000006" } } },
      { on = "callback_4", expect = { data = { source_number = "CP-2026-000007" } } },
      { on = "callback_5", expect = { data = { source_number = "CP-2026-000010" } } },
      { on = "callback",   expect = { data = { source_number = "CP-2026-000010" } } },          -- the last one: there is no sixth
    }),
  },
  test "a key-account service is called back after four weeks, a visit after one" {
    when = decide "callback.plan" { tier = "key" },
    cases = { { source = "service", expect = { days = 28, rate = 10000 } }, { source = "visit", expect = { days = 7, rate = 10000 } } },
  },
  test "who is not upheld is called back as well" {
    given = keys_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "insufficient", demand = "reasonable" }, expect = in_state "explained" },
      { on = "callback", expect = { state = "planned", data = { case_outcome = "not_upheld" } } },
    },
  },

  -- ---- nobody is disturbed at rest times ----
  test "nobody is called at night" {
    given = { li, of_li },
    steps = {
      { at = "2026-03-02 20:59", expect = in_state "planned" },
      { at = "2026-03-02 21:00", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = refused "not_allowed" },
      { at = "2026-03-03 07:59", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = refused "not_allowed" },
      { at = "2026-03-03 08:00", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = in_state "talking" },
    },
  },
  test "a customer in London is called in London's day" {
    given = { ada, of_ada },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "answered" },                             expect = refused "not_allowed" },   -- 01:00 there
      { at = "2026-03-02 16:59", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = refused "not_allowed" },
      { at = "2026-03-02 17:00", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = { state = "talking", data = { seat = "english_seat" } } },
    },
  },
  test "a customer in New York is not called on Sunday, even where it is Monday here" {
    at = "2026-03-02 06:00",                                                                      -- Sunday 17:00 there
    given = { joe, of_joe },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "answered" },                             expect = refused "not_allowed" },
      { at = "2026-03-02 22:00", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = in_state "talking" },
    },
  },

  -- ---- attempts ----
  test "the next attempt is due four hours later, of the customer's own day" {
    at = "2026-03-02 19:00",
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = { state = "waiting", data = { attempts = 1, agent = "hf1" },
                                                                                  deadline = { name = "again", due = "2026-03-03 10:00" } } },
      { at = "2026-03-03 09:59", expect = in_state "waiting" },
      { at = "2026-03-03 10:00", expect = { state = "planned", told = { "hf1" } } },
    },
  },
  test "after three attempts a letter is written, and a quarter of a month later it is given up" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "waiting" },
      { after = "5 hours" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "waiting" },
      { after = "5 hours" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = { state = "to_write", data = { attempts = 3 } } },
      { act "write" { on = "cb", by = "hf1" },                         expect = in_state "written" },
      { after = "15 days", expect = { state = "not_reached", data = { reached = false, outcome = "not_reached", done_on = "2026-03-17" } } },
      { act "take" { on = "cb", by = "hf1" }, expect = refused "wrong_state" },                                            -- it is over
    },
  },
  test "a key customer is tried five times, and the head hears who was not reached" {
    given = { big, of_big },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { after = "2 hours", expect = in_state "planned" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { after = "2 hours" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { after = "2 hours" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "waiting" }, { after = "2 hours" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "to_write" },
      { act "write" { on = "cb", by = "hf1" } },
      { after = "15 days", expect = { in_state "not_reached", told "head_of_department" } },
    },
  },
  test "a letter that nobody writes climbs" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "to_write" },
      { after = "2 days", expect = { escalated, told "supervisor" } },
    },
  },
  test "a callback that is still open after a month and a half reaches the head" {
    given = { li, of_li },
    steps = { { after = "44 days", expect = not_escalated }, { after = "1 day", expect = { escalated, told "head_of_department" } } },
  },
  test "an answer to the letter is recorded like a call" {
    given = { big, of_big },
    before = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } }, { act "write" { on = "cb", by = "hf1" } },
    },
    when = act "record" { on = "cb", by = "hf1", ease = 5, attitude = 5, speed = 4, result = 5, suggestions = "none", satisfied = true },
    cases = { { expect = { state = "recorded", data = { reached = true, attempts = 5 } } } },
  },
  test "a callback that is not made in time is overdue, and the supervisor hears of it" {
    given = { li, of_li },
    steps = {
      { at = "2026-03-09 08:59", expect = { data = { overdue = false, due_on = "2026-03-09" } } },
      { at = "2026-03-09 09:00", expect = { data = { overdue = true }, told = { "supervisor" } } },
    },
  },

  -- ---- "I call you on ..." ----
  test "a promise says when, in the future and not at rest time" {
    given = { li, of_li },
    when = act "attempt" { on = "cb", by = "hf1", answer = "call_later" },
    cases = {
      { expect = refused "not_allowed" },
      { promised_at = "2026-03-02T08:00:00+08:00", expect = refused "not_allowed" },
      { promised_at = "2026-03-02T22:00:00+08:00", expect = refused "not_allowed" },
      { promised_at = "2026-03-02T15:00:00+08:00", expect = in_state "promised" },
    },
  },
  test "a promise that is kept is no news" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T15:00:00+08:00" }, expect = in_state "promised" },
      { at = "2026-03-02 15:14", act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = { state = "talking", data = { promises_missed = 0 } } },
      { after = "30 minutes", expect = { in_state "talking", not_escalated } },
    },
  },
  test "a promise that is missed is counted and climbs" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T15:00:00+08:00" } },
      { at = "2026-03-02 15:15", expect = { state = "promise_missed", data = { promises_missed = 1 } } },
      { after = "5 minutes", expect = { escalated, told "supervisor" } },
      { act "attempt" { on = "cb", by = "hf1", answer = "answered" }, expect = in_state "talking" },
    },
  },
  test "a promised call that nobody makes reaches the head" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T10:00:00+08:00" } },
      { at = "2026-03-02 15:15", expect = { told = { "head_of_department" }, escalation = 2 } },   -- four service hours after 10:15
    },
  },
  test "the customer may put it off again" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T10:00:00+08:00" } },
      { at = "2026-03-02 10:05", act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-03T10:00:00+08:00" },
        expect = { state = "promised", data = { attempts = 2 } } },
      { at = "2026-03-03 10:14", expect = { state = "promised", data = { promises_missed = 0 } } },
      { at = "2026-03-03 10:15", expect = { state = "promise_missed", data = { promises_missed = 1 } } },
    },
  },

  -- ---- the record ----
  test "a record has all five answers" {
    given = { li, of_li }, before = called,
    when = act "record" { on = "cb", by = "hf1" },
    cases = {
      { attitude = 5, speed = 5, result = 5, suggestions = "none", satisfied = true, expect = refused "bad_form" },
      { ease = 5, attitude = 5, speed = 5, result = 5, satisfied = true,             expect = refused "bad_form" },
      { ease = 6, attitude = 5, speed = 5, result = 5, suggestions = "none", satisfied = true, expect = refused "bad_form" },
      { ease = 0, attitude = 5, speed = 5, result = 5, suggestions = "none", satisfied = true, expect = refused "bad_form" },
      { ease = 4, attitude = 5, speed = 3, result = 5, suggestions = "none", satisfied = true,
        expect = { state = "recorded", data = { outcome = "satisfied", reached = true, done_on = "2026-03-02" } } },
    },
  },
  test "a low score needs a reason" {
    given = { li, of_li }, before = called,
    when = act "record" { on = "cb", by = "hf1", ease = 5, attitude = 5, result = 5, suggestions = "none" },
    cases = {
      { speed = 2, satisfied = true,                                     expect = refused "not_allowed" },
      { speed = 5, satisfied = false,                                    expect = refused "not_allowed" },
      { speed = 2, satisfied = true, remark = "It took a week",          expect = in_state "recorded" },
      { speed = 3, satisfied = true,                                     expect = in_state "recorded" },
    },
  },
  test "what was said is written down within two hours" {
    given = { li, of_li },
    steps = first(called, { { after = "119 minutes", expect = not_escalated }, { after = "1 minutes", expect = { escalated, told "supervisor" } } }),
  },

  -- ---- what becomes of the complaint ----
  test "a satisfied key customer's complaint is followed up by the callback" {
    given = keys_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "logistics" } },
      { act "grant" { by = "ben", remedy = "refund", amount = "50.00" } },
      { act "feed_back" { by = "ben", result = "Paid back" } },
      { act "attempt" { on = "callback", by = "hf1", answer = "answered" } },
      { act "record" { on = "callback", by = "hf1", ease = 5, attitude = 5, speed = 5, result = 5, suggestions = "none", satisfied = true } },
      { on = "c", expect = { state = "followed_up", data = { satisfied = true } } },
    },
  },
  test "dissatisfaction reopens the complaint" {
    given = keys_complaint,
    steps = first(way_to_closing, {
      { act "attempt" { on = "callback", by = "hf1", answer = "answered" } },
      { act "record" { on = "callback", by = "hf1", ease = 2, attitude = 5, speed = 1, result = 1, suggestions = "Deliver", satisfied = false,
                       remark = "Late again" }, expect = { state = "recorded", data = { outcome = "unsatisfied" } } },
      { on = "c", expect = { state = "with_department", data = { reopened = 1, satisfied = false } } },
    }),
  },
  test "dissatisfaction after the archive is a new complaint" {
    given = { big, of_big },
    steps = first(called, {
      { act "record" { on = "cb", by = "hf1", ease = 2, attitude = 5, speed = 1, result = 1, suggestions = "Deliver", satisfied = false,
                       remark = "Nobody ever came" } },
      { on = "complaint", expect = { state = "received", data = { channel = "phone", problem = "service", handler = "hf1" } } },
    }),
  },
  test "dissatisfaction when the case is in the archive is a new complaint" {
    given = keys_complaint,
    steps = first(way_to_closing, {
      { after = "20 days", act "attempt" { on = "callback", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "callback", by = "hf1", answer = "no_answer" } }, { act "attempt" { on = "callback", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "callback", by = "hf1", answer = "no_answer" } }, { act "attempt" { on = "callback", by = "hf1", answer = "no_answer" } },
      { act "write" { on = "callback", by = "hf1" }, expect = in_state "written" },
      { after = "10 days", on = "c", expect = in_state "archived" },
      { on = "callback", expect = { data = { case_archived = true } } },
      { act "record" { on = "callback", by = "hf1", ease = 5, attitude = 5, speed = 5, result = 1, suggestions = "none", satisfied = false,
                       remark = "It broke again" }, expect = in_state "recorded" },
      { on = "complaint_2", expect = { state = "received", data = { customer_tier = "key", problem = "delivery" } } },
    }),
  },
  test "an explanation that does not satisfy is looked at again" {
    given = keys_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "insufficient", demand = "reasonable" } },
      { act "attempt" { on = "callback", by = "hf1", answer = "answered" } },
      { act "record" { on = "callback", by = "hf1", ease = 3, attitude = 3, speed = 3, result = 1, suggestions = "Look again", satisfied = false,
                       remark = "The receipt was not read" } },
      { on = "c", expect = { state = "received", data = { reopened = 1 } } },
    },
  },
  test "a complaint that is followed up by hand needs no callback any more" {
    given = keys_complaint,
    steps = first(way_to_closing, {
      { act "follow_up" { on = "c", by = "hf1", satisfied = true }, expect = in_state "closed" },
      { on = "callback", expect = { state = "withdrawn", data = { outcome = "withdrawn" } } },
    }),
  },
  test "who comes back before the callback is called when the case is closed anew" {
    given = keys_complaint,
    steps = first(way_to_closing, {
      { act "reopen" { on = "c", by = "kf1" }, expect = in_state "with_department" },
      { on = "callback_1", expect = in_state "withdrawn" },
      { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "50.00" } },
      { act "close" { on = "c", by = "ben", result = "Now really paid back" } },
      { on = "callback_2", expect = in_state "planned" },
    }),
  },

  -- ---- who may ----
  test "callbacks are made where they belong" {
    given = { li, of_li },
    when = act "attempt" { on = "cb", answer = "answered" },
    cases = {
      { by = "kf1", expect = refused "not_allowed" },                                             -- the front desk does not call
      { by = "sun", expect = refused "not_found" },                                               -- another unit's
      { by = "mei", expect = in_state "talking" },
    },
  },
  test "an agent takes a callback over" {
    given = { li, of_li },
    steps = {
      { act "take" { on = "cb", by = "hf1" }, expect = { state = "planned", data = { agent = "hf1" } } },
      { act "take" { on = "cb", by = "mei" }, expect = { state = "planned", data = { agent = "mei" } } },
    },
  },
  test "an attempt goes the same ways, whether it is the first, another, a promised one or one that was missed" {
    given = { li, of_li }, before = { { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T15:00:00+08:00" } } },
    when = act "attempt" { on = "cb", by = "hf1" },
    cases = {
      { answer = "no_answer",                                                expect = in_state "waiting" },
      { answer = "call_later", promised_at = "2026-03-02T16:00:00+08:00", expect = in_state "promised" },
      { answer = "answered",                                                 expect = in_state "talking" },
    },
  },
  test "a missed promise is no end: nobody answers, the customer puts it off, or it was the last time" {
    given = { li, of_li },
    before = {
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T10:00:00+08:00" } },
      { at = "2026-03-02 10:30", expect = in_state "promise_missed" },
    },
    when = act "attempt" { on = "cb", by = "hf1" },
    cases = {
      { answer = "no_answer",                                                expect = in_state "waiting" },
      { answer = "call_later", promised_at = "2026-03-02T16:00:00+08:00", expect = in_state "promised" },
    },
  },
  test "the third attempt is the last, also behind a promise" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "waiting" },
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T10:00:00+08:00" }, expect = in_state "promised" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "to_write" },
    },
  },
  test "the third attempt is the last, also behind a promise that was missed" {
    given = { li, of_li },
    steps = {
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" } },
      { act "attempt" { on = "cb", by = "hf1", answer = "call_later", promised_at = "2026-03-02T10:00:00+08:00" } },
      { at = "2026-03-02 10:30", expect = in_state "promise_missed" },
      { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "to_write" },
    },
  },
  test "who was not reached may pick up the next time, or ask for another" {
    given = { li, of_li }, before = { { act "attempt" { on = "cb", by = "hf1", answer = "no_answer" }, expect = in_state "waiting" } },
    when = act "attempt" { on = "cb", by = "hf1" },
    cases = {
      { answer = "answered",                                                 expect = in_state "talking" },
      { answer = "call_later", promised_at = "2026-03-02T16:00:00+08:00", expect = in_state "promised" },
    },
  },
  test "an explanation that does satisfy stays as it is" {
    given = keys_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "insufficient", demand = "reasonable" } },
      { act "attempt" { on = "callback", by = "hf1", answer = "answered" } },
      { act "record" { on = "callback", by = "hf1", ease = 5, attitude = 5, speed = 5, result = 5, suggestions = "none", satisfied = true } },
      { on = "c", expect = { state = "explained", data = { satisfied = true } } },
    },
  },
  test "the complaint that a callback opens says how it was heard of" {
    when = decide "callback.complaint" {},
    cases = {
      { channel = "phone", expect = { received_by = "phone" } },   { channel = "email", expect = { received_by = "email" } },
      { channel = "letter", expect = { received_by = "letter" } }, { channel = "visit", expect = { received_by = "visit" } },
    },
  },
  test "only a supervisor cancels a callback" {
    given = { li, of_li },
    when = act "cancel" { on = "cb", note = "The customer has died" },
    cases = { { by = "hf1", expect = refused "not_allowed" }, { by = "li_na", expect = in_state "withdrawn" } },
  },
}
