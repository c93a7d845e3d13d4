-- From the plan to the record (rule book 7). Others plan one with `start "callback" { source = ..., customer = ... }`; a complaint does it
-- when it is answered (complaint.lua: plan_callback). Attempts are made in the customer's own hours only (rules/callbacks.lua).

-- The ways that an attempt may go, wherever it is made.
local attempt = {
  title = { en = "Attempt", zh = "联系客户" }, form = "callback_attempt", by = "agent",
  { go = "talking",  when = "is_answered",    run = { "count_attempt" } },
  { go = "promised", when = "is_call_later",  run = { "count_attempt", "promise" } },
  { go = "to_write", when = "was_last",       run = { "count_attempt", "ask_to_write" } },
  { go = "waiting",                           run = { "count_attempt", "wait" } },
}

return workflow "callback" {
  version = 1, title = { en = "Callback", zh = "回访" }, initial = "planned", clock = "service_hours",
  open = { event = "plan", form = "callback_plan", run = { "prepare" } },
  within = { "callback.total_limit", escalate = true, tell = { "head_of_department", text = "Callback {number} is still open. 回访{number}仍未完成。" } },
  facts = {
    window       = decide "callback.window" { of = "customer" },
    in_window    = in_hours { calendar = "window" },
    promise_fits = in_hours { calendar = "window", at = "form.promised_at" },
    plan_days    = decide "callback.plan" { with = { outcome = "case_outcome" }, output = "days" },
    plan_channel = decide "callback.plan" { with = { outcome = "case_outcome" }, output = "channel" },
    plan_measure = decide "callback.plan" { with = { outcome = "case_outcome" }, output = "measure" },
    plan_seat    = decide "callback.seat" { with = { region = "customer.region" } },
    attempts_max = decide "callback.attempts" { output = "attempts_max" },
    again        = decide "callback.attempts" { output = "again" },
    grace        = decide "callback.attempts" { output = "grace" },
    head_hears   = decide "callback.attempts" { output = "head_hears" },
    new_channel  = decide "callback.complaint" { output = "received_by" },
    new_problem  = decide "callback.complaint" { output = "about" },
  },

  states = {
    planned = { title = { en = "Planned", zh = "待回访" }, on = { attempt = attempt } },
    waiting = {
      title = { en = "Waiting for the next attempt", zh = "待再次联系" },
      on = { attempt = attempt, try_again = { internal = true, go = "planned", run = { "tell_agent" } } },
    },
    promised = {                                                                   -- "I call you on ..."
      title = { en = "A call is promised", zh = "已约定" },
      on = { attempt = attempt, promise_missed = { internal = true, go = "promise_missed", run = { "count_missed" } } },
    },
    promise_missed = {
      title = { en = "Promise missed", zh = "失约" }, on = { attempt = attempt },
      after = { ladder = "callback.promise_missed" },                                -- rules/ladders.lua
    },
    talking = {                                                                    -- what was said is written down at once
      title = { en = "Reached, to be recorded", zh = "已接通,待记录" },
      on = { record = { form = "callback_record", go = "recorded" } },
      after = { "2 hours", escalate = true, tell = { "supervisor", text = "The record of {number} is missing. {number}缺回访记录。" } },
    },
    to_write = {
      title = { en = "To be written to", zh = "待致函" },
      on = { write = { title = { en = "Letter sent", zh = "已寄函" }, form = "callback_note", go = "written", run = { "send_letter" } } },
      after = { "2 business days", escalate = true, tell = { "supervisor", text = "The letter of {number} is not sent. {number}的信函未寄出。" } },
    },
    written = {
      title = { en = "Letter sent", zh = "已致函" },
      on = { record = { form = "callback_record", go = "recorded" } },             -- the answer came
      after = { "callback.letter_limit", go = "not_reached" },
    },
    recorded    = { title = { en = "Recorded", zh = "已回访" }, final = true, entry = { "finish" } },
    not_reached = { title = { en = "Not reached", zh = "未联系上" }, final = true, entry = { "give_up" } },
    withdrawn   = { title = { en = "Withdrawn", zh = "已取消" }, final = true, entry = { "note_withdrawn" } },
  },

  always = {
    take          = { title = { en = "Take over", zh = "领取" }, by = "agent" },
    overdue       = { internal = true, run = { "note_overdue" } },
    case_archived = { internal = true, run = { "note_archived" } },
    supersede     = { internal = true, go = "withdrawn" },                                           -- the case was followed up, or goes on, without us
    cancel        = { title = { en = "Cancel", zh = "取消" }, form = "callback_note", go = "withdrawn" },
  },

  guards = {
    is_answered   = function(f) return f.form.answer == "answered" end,
    is_call_later = function(f) return f.form.answer == "call_later" end,
    was_last      = function(f) return f.attempts + 1 >= f.attempts_max end,
    -- what is refused (rules/authority.lua: unless), and why
    customer_rests = function(f)
      return not f.in_window, nil, "it is rest time where the customer lives (" .. f.window .. ")"
    end,
    promise_is_unclear = function(f)
      if f.form.answer ~= "call_later" then return false end
      if not f.form.promised_at then return true, nil, "promised_at is missing: when will you call?" end
      if f.form.promised_at <= f.now then return true, nil, "promised_at has passed" end
      return not f.promise_fits, nil, "at that time the customer rests (" .. f.window .. ")"
    end,
    record_is_incomplete = function(f)
      local form = f.form
      local low = not form.satisfied or math.min(form.ease, form.attitude, form.speed, form.result) <= 2
      return low and (form.remark or "") == "", nil, "a low score needs a remark: why is the customer not content?"
    end,
  },

  actions = {
    prepare = function(f)
      local days = f.days or f.plan_days
      return {
        set { channel = f.channel or f.plan_channel, measure = f.plan_measure, seat = f.plan_seat, days = days,
              due_on = f.today + days, unit = f.unit or f.actor.unit },
        deadline "due" { days .. " days", clock = f.window, event = "overdue" },
        f.complaint and send "callback_planned" { to = f.complaint, form = { callback = f.id } } or nil,
      }
    end,
    count_attempt = function(f) return { set { attempts = f.attempts + 1 }, stop "again", stop "promise" } end,
    wait = function(f)                                                              -- counted in the customer's hours
      return deadline "again" { f.again, clock = f.window, event = "try_again" }
    end,
    tell_agent = function(f)
      return tell { "owner", text = "Try {number} again. 请再次联系{number}。" }
    end,
    ask_to_write = function(f)
      return tell { "owner", text = "Nobody answered: write to the customer of {number}. 多次未接通,请致函{number}的客户。" }
    end,
    send_letter = function(f) return tell { "customer", template = "callback.letter" } end,        -- rules/templates.lua
    promise = function(f)                                                           -- some minutes are forgiven
      return deadline "promise" { (f.form.promised_at - f.now) // 60000 + f.grace .. " minutes", clock = "hotline", event = "promise_missed" }
    end,
    count_missed = function(f) return set { promises_missed = f.promises_missed + 1 } end,
    note_overdue = function(f)
      return { set { overdue = true }, tell { "supervisor", "owner", text = "Callback {number} is overdue. 回访{number}已逾期。" } }
    end,
    note_archived = function(f) return set { case_archived = true } end,
    note_withdrawn = function(f) return set { outcome = "withdrawn", done_on = f.today } end,
    finish = function(f)
      local list = { set { reached = true, done_on = f.today, outcome = f.satisfied and "satisfied" or "unsatisfied" } }
      if f.complaint then
        list[#list + 1] = send "follow_up" { to = f.complaint, form = { satisfied = f.satisfied } }
      end
      if not f.satisfied and (not f.complaint or f.case_archived) then              -- nothing left to reopen: a new complaint
        list[#list + 1] = start "complaint" { customer = f.customer, channel = f.new_channel, problem = f.problem or f.new_problem,
                                      summary = "Callback " .. f.number .. ": " .. f.remark, link = "from_callback" }
      end
      return list
    end,
    give_up = function(f)
      local out = set { reached = false, done_on = f.today, outcome = "not_reached" }
      if not f.head_hears then return out end
      return { out, tell { "head_of_department", text = "A key customer was not reached: {number}. 大客户未能联系上:{number}。" } }
    end,
  },
}
