-- From the first word to the archive (rule book 3 to 5). docs/reference/procedure-complaint.md shows it as a table.
-- Hours are service hours. A step's limits climb (rules/ladders.lua): supervisor, then head; the whole case's: branch, then headquarters.
-- Beside the case, each a record of its own with its own limits: plans, corrections, an engineer on site, a joint consultation, an alarm.
return workflow "complaint" {
  version = 1, title = { en = "Complaint", zh = "投诉处理" }, initial = "received", clock = "service_hours",
  invariants = { "granted_by_another", "surely_called_back" }, apart = { { "proposer", "granter" } },
  public = { proof = "customer.phone", fields = { "number", "problem", "product", "occurred_on", "interim_answer", "result" } },   -- case.progress
  guidance = "complaint.guidance",
  open = { event = "receive", form = "registration", run = { "first_responder_answers", "judge", "open_green_channel", "tell_received" } },
  within = { "complaint.total_limit", escalate = true, run = { "case_is_late" },
             tell = { "branch_manager", text = "Complaint {number} is over its whole time. 投诉{number}全案超时。" } },
  facts = {
    pays              = decide "remedy.pays" {},                                    -- rules/ceilings.lua
    granted_by_actor  = sum "remedy_grant" { field = "amount", same = { right_of = "actor.right" }, in_this = "month" },
    granted_in_unit   = sum "remedy_grant" { field = "amount", same = { "unit" }, in_this = "month" },
    spent_by_campaign = balance "campaign_spend" { of = "campaign" },                -- rules/ledgers.lua
    campaign_budget   = field "campaign.budget",
    tier    = decide "customer.tier" { of = "customer" },
    urgency = decide "complaint.urgency" {},
    track_now  = decide "complaint.track" {},                                       -- rules/tracks.lua
    fast_track = decide "complaint.fast_track" { output = "track" },
    watched    = decide "complaint.fast_track" { output = "watched" },
    seat_now   = decide "complaint.seat" { output = "seat" },
    seat_group = decide "complaint.seat" { output = "group" },
    seat_role  = decide "complaint.seat" { output = "role" },
    seat_person  = pick { group = "seat_group", role = "seat_role", unit = "unit", least = "complaint" },   -- who sits there with the fewest
    front_person = pick { role = "handler", unit = "unit", least = "complaint" },                           -- where nobody does
    same_before = count "complaint" { same = { "customer", "problem" }, in_last = "90 days", at_most = 10 },   -- this one as well
    similar = count "complaint" { same = { "department", "problem" }, in_last = "24 hours", at_most = 20 },
    alarms  = count "mass_alarm" { same = { "department", "problem" }, in_last = "24 hours", at_most = 5 },
    -- the one alarm of this cause that is on: what its field record_id adds up to is its id
    alarm_on = sum "mass_alarm" { field = "record_id", same = { "department", "problem" }, where = { state = { "open", "acknowledged", "ebbed" } } },
    mass_at = decide "mass_alarm.rule" { output = "raise_at" },
    repetition = count "complaint" { same = { "responsible" }, in_last = "180 days", at_most = 10 },           -- this one as well
    penalty_for_direct = decide "complaint.penalty" { output = "direct" },
    penalty_for_head   = decide "complaint.penalty" { output = "head" },
    direct_is_due = decide "penalty.due" { with = { penalty = "penalty_direct" } },
    head_is_due   = decide "penalty.due" { with = { penalty = "penalty_head" } },
    disclosed     = decide "complaint.disclosure" {},
    stage_limit = decide "complaint.stage_limit" {},
    stage_grace = decide "complaint.stage_grace" {},
    fast_limit  = decide "complaint.step_limit" {},
    headquarters_limit = decide "complaint.headquarters_limit" {},
    plan_remedy   = field "chosen_plan.remedy",
    plan_amount   = field "chosen_plan.amount",
    plan_proposer = field "chosen_plan.proposer",
    needs_letters  = decide "complaint.file_needs" { output = "letters" },
    needs_callback = decide "complaint.file_needs" { output = "callback" },
    case_outcome   = decide "complaint.outcome" {},                                 -- callbacks: rules/callbacks.lua
    callback_rate  = decide "callback.plan" { with = { outcome = "case_outcome" }, given = { source = "complaint" }, output = "rate" },
    callback_draw  = draw "callback",
    callbacks_open = count "callback" { same = { complaint = "id" },
                       where = { state = { "planned", "waiting", "promised", "promise_missed", "talking", "to_write", "written" } } },
  },

  states = {
    received = {
      title = { en = "Received", zh = "已受理" }, public = { en = "Received", zh = "已受理" },
      on = { verify = { form = "verification", { go = "verified", when = "is_upheld" }, { go = "explained", run = { "tell_not_upheld" } } } },
      after = {
        { "complaint.answer_limit", escalate = true, run = { "answer_is_late" },
          tell = { "supervisor", text = "Complaint {number} is not verified in time. 投诉{number}未按时核实。" } },
        { "complaint.head_limit", escalate = true, tell = { "head_of_department", text = "Complaint {number} is still not verified. 投诉{number}仍未核实。" } },
      },
    },
    verified = {
      title = { en = "Upheld", zh = "已核实" }, public = { en = "Verified, we are working on it", zh = "已核实,正在处理" },
      on = { transfer = { form = "transfer", { go = "with_department", when = "alarm_is_on", run = { "join_alarm_that_is_on", "tell_department" } },
                                             { go = "with_department", run = { "warn_if_mass", "tell_department" } } } },
      after = { ladder = "complaint.step" },
    },
    with_department = {
      title = { en = "With the department", zh = "部门处理" }, public = { en = "We are working on it", zh = "正在处理" },
      on = {
        transfer    = { form = "transfer", go = "with_department", run = { "tell_department" } },
        ask         = { form = "question", go = "with_customer", run = { "tell_question" } },
        take_back   = { form = "refusal", run = { "take_back" }, title = { en = "Take a payment back", zh = "冲回付款" } },   -- after a reopening
        consult     = { form = "consultation_call", go = "in_consultation", run = { "begin_stages", "call_consultation" } },
        investigate = { form = "investigation", go = "investigated", run = { "begin_stages", "ask_for_correction", "judge_penalty" } },
        grant       = { form = "grant", go = "processing", by = "granter",       -- the short way for simple cases
                        above = { go = "passed_up", run = { "asker_is_proposer" } } },
      },
      after = { ladder = "complaint.step" },
    },
    with_customer = {
      title = { en = "Waiting for the customer", zh = "待客户补充" }, public = { en = "We wait for your answer", zh = "待您补充材料" }, pause = true,
      on = { answered = { form = "customer_answer", go = "with_department" } },
      after = { "complaint.customer_limit", go = "closed", run = { "tell_closed_without_answer" }, tell = { "owner", text = "No answer from the customer: {number} is closed. 客户未补充,{number}结案。" } },
    },
    in_consultation = {                               -- scripts/consultation.lua sends `consulted` when the departments have answered
      title = { en = "In joint consultation", zh = "联合会诊" },
      on = { consulted = { internal = true, title = { en = "Consulted", zh = "会诊结束" }, go = "with_department", run = { "tell_consulted" } } },
      after = { ladder = "complaint.step" },
    },
    investigated = {
      title = { en = "Investigated", zh = "已调查" },
      on = { propose = { form = "proposal", go = "proposed", by = "proposer", run = { "file_plan" } } },
      after = { ladder = "complaint.step" },
    },
    proposed = {
      title = { en = "Plan proposed", zh = "已提方案" },
      on = {
        propose   = { form = "proposal", by = "proposer", run = { "file_plan" } },   -- another plan; the clock goes on
        choose    = { form = "choice", go = "chosen", by = "chooser", run = { "name_plan", "take_plan", "settle_plans" } },
        send_back = { form = "refusal", go = "investigated", run = { "drop_plans", "forget_plans" } },
      },
      after = { ladder = "complaint.step" },
    },
    chosen = {
      title = { en = "Plan chosen", zh = "方案已定" },
      on = { grant = { form = "grant", go = "processing", by = "granter", above = { go = "passed_up" } } },
      after = { ladder = "complaint.step" },
    },
    passed_up = {
      title = { en = "Passed up", zh = "上报授权" },
      on = {
        grant     = { form = "grant", go = "processing", by = "granter", above = { go = "passed_up" } },
        turn_down = { form = "refusal", go = "with_department", run = { "forget_plans" } },
      },
      after = {
        { "complaint.step_limit", escalate = true, tell = { "head_of_department", text = "Complaint {number} awaits a higher authority. 投诉{number}待上级授权。" } },
        { "complaint.head_limit", escalate = true, tell = { "branch_manager", text = "Complaint {number} still awaits a higher authority. 投诉{number}仍待上级授权。" } },
      },
    },
    processing = {
      title = { en = "Being processed", zh = "处理中" }, public = { en = "Decided, being carried out", zh = "方案已定,正在落实" }, entry = { "book_grant" }, exit = { "pay" },   -- money: rules/ledgers.lua
      on = {
        feed_back = { form = "feedback", go = "fed_back", run = { "note_answer", "tell_result" } },
        close     = { form = "feedback", go = "closed", run = { "note_answer", "tell_result" } },   -- the short way ends here
      },
      after = { ladder = "complaint.step" },
    },
    fed_back = {
      entry = { "plan_callback" }, title = { en = "Fed back", zh = "已反馈" }, public = { en = "Answered", zh = "已答复" }, pause = true,                    -- the customer has the answer
      on = { follow_up = { form = "callback", { go = "followed_up", when = "is_satisfied", run = { "end_callback" } },
                                              { go = "with_department", run = { "count_reopening" } } } },
      after = { "complaint.callback_limit", escalate = true, tell = { "supervisor", text = "The callback of {number} is due. {number}应回访。" } },
    },
    followed_up = {
      title = { en = "Followed up", zh = "已回访" }, pause = true,
      on = { summarise = { form = "assessment", go = "summarised" } },
      after = { "complaint.summary_limit", escalate = true, tell = { "supervisor", text = "{number} is to be summarised. {number}待总结。" } },
    },
    summarised = {
      title = { en = "Summarised", zh = "已总结" }, pause = true,
      on = {
        archive = { form = "archive_list", run = { "list_what_is_missing", "try_to_file" } },
        file    = { internal = true, title = { en = "File away", zh = "入库" }, { go = "archived", when = "nothing_is_missing" }, { run = { "tell_what_is_missing" } } },
      },
      after = { "complaint.filing_limit", tell = { "archive_keeper", text = "{number} is to be archived. {number}待归档。" } },
    },
    explained = {                                                                  -- not upheld
      entry = { "plan_callback" }, title = { en = "Explained, not upheld", zh = "已解释(不成立)" }, public = { en = "Explained", zh = "已解释说明" }, pause = true,
      on = {
        follow_up = { form = "callback", { when = "is_satisfied", run = { "end_callback" } }, { go = "received", run = { "count_reopening" } } },
        reopen    = { form = "remark", go = "received", run = { "count_reopening" } },
      },
      after = { "complaint.return_limit", go = "archived" },
    },
    closed = {
      entry = { "plan_callback" }, title = { en = "Closed", zh = "已结案" }, public = { en = "Closed", zh = "已办结" }, pause = true,
      on = {
        follow_up = { form = "callback", { when = "is_satisfied", run = { "end_callback" } }, { go = "with_department", run = { "count_reopening" } } },
        reopen    = { form = "remark", go = "with_department", run = { "count_reopening" } },
      },
      after = { "complaint.return_limit", go = "archived", run = { "list_what_is_missing", "tell_what_is_missing" } },   -- the time to come back to us
    },
    withdrawn = { title = { en = "Withdrawn", zh = "已撤诉" }, public = { en = "Withdrawn", zh = "已撤诉" }, final = true },
    archived  = { title = { en = "Archived", zh = "已归档" }, final = true, entry = { "tell_callback" } },
  },

  always = {
    withdraw = { form = "remark", go = "withdrawn", run = { "tell_withdrawn" },
                 except = { "processing", "fed_back", "followed_up", "summarised", "explained", "closed" } },
    assign    = { form = "remark", run = { "assign_to_seat", "tell_new_handler" }, title = { en = "To the seat", zh = "转专席" } },
    hand_over = { form = "hand_over", run = { "tell_new_handler" }, title = { en = "Hand over", zh = "移交" } },
    amend = { form = "amendment", run = { "judge_again" }, title = { en = "Amend", zh = "变更" },
              except = { "fed_back", "followed_up", "summarised", "explained", "closed" } },
    open_fast_track = { form = "remark", run = { "take_green_channel", "start_fast_clock" }, title = { en = "Open the green channel", zh = "开通绿色通道" },
                        except = { "fed_back", "followed_up", "summarised", "explained", "closed" } },
    answer_stage = { form = "staged_answer", run = { "next_stage", "tell_staged_answer" }, title = { en = "Staged answer", zh = "阶段性答复" },
                     except = { "received", "fed_back", "followed_up", "summarised", "explained", "closed" } },
    send_engineer = { form = "engineer_call", run = { "call_engineer" }, title = { en = "Send an engineer", zh = "派遣工程师" },
                      except = { "received", "fed_back", "followed_up", "summarised", "explained", "closed" } },
    -- what the clocks and the records beside the case send
    stage_due    = { internal = true, run = { "tell_stage_due" }, title = { en = "Staged answer due", zh = "阶段性答复到期" } },
    stage_missed = { internal = true, run = { "tell_stage_missed" }, title = { en = "Staged answer missed", zh = "阶段性答复逾期" } },
    fast_late    = { internal = true, run = { "tell_fast_late" }, title = { en = "Fast track late", zh = "快速通道超时" } },
    call_headquarters = { internal = true, run = { "tell_headquarters" }, title = { en = "To headquarters", zh = "上报总部" } },
    plan_filed   = { internal = true, run = { "list_plan" }, title = { en = "Plan filed", zh = "方案入卷" } },
    callback_planned = { internal = true, title = { en = "Callback planned", zh = "已安排回访" } },
    join_alarm   = { internal = true, title = { en = "Belongs to an alarm", zh = "归入预警" } },
    attach       = { internal = true, title = { en = "Attached to the file", zh = "关联单据" } },
    corrected    = { internal = true, title = { en = "Corrected", zh = "整改完成" } },
    reported_from_site = { internal = true, run = { "tell_site_report" }, title = { en = "Report from the site", zh = "现场报告" } },
  },

  guards = {
    -- for certain (docs/reference/sim.md)
    granted_by_another = function(f) return f.granter == nil or f.granter ~= f.proposer, "who proposed has granted" end,
    surely_called_back = function(f)                                               -- at a rate of 10,000 in ten thousand: the key customers
      if f.state ~= "fed_back" and f.state ~= "closed" and f.state ~= "explained" then return true end
      return f.callback_rate < 10000 or f.callback ~= nil or f.satisfied ~= nil, "nobody will call this customer back"
    end,
    is_upheld = function(f)
      if f.form.ground ~= "sufficient" then return false, "the ground is not sufficient" end
      return f.form.demand == "reasonable", "the demand is not reasonable"
    end,
    alarm_is_on = function(f) return f.alarm_on > 0 end,
    is_satisfied = function(f) return f.satisfied == true end,                      -- from the form, or as the callback sends it
    is_not_what_was_chosen = function(f)                                           -- another remedy, or more of it, than the superior chose
      if f.chosen_plan == nil then return false end
      return f.form.remedy ~= f.plan_remedy or f.form.amount > f.plan_amount, nil, "the plan that was chosen is another one, or says less"
    end,
    actor_is_proposer = function(f)                                                -- of any of the plans
      for _, account in ipairs(f.proposers or {}) do
        if account == f.actor.account or (account == f.actor.right and account ~= f.proposer) then return true end   -- the latest: `other_than`
      end
      return f.proposer == f.actor.account
    end,
    nothing_is_paid = function(f) return f.paid_key == nil, "nothing is paid that could be taken back" end,
    no_plan_is_named = function(f) return f.chosen_plan == nil and #(f.plans or {}) > 1 end,
    plan_is_not_proposed = function(f)
      for _, plan in ipairs(f.plans or {}) do
        if plan == f.chosen_plan then return false end
      end
      return f.chosen_plan ~= nil
    end,
    too_many_plans = function(f) return #(f.plans or {}) >= 8 end,
    second_escalation = function(f) return f.escalation >= 2 end,                   -- for rules/accountability.lua, as the next ones
    penalty_is_due = function(f) return f.direct_is_due == true end,   -- for rules/accountability.lua
    penalty_of_head_is_due = function(f) return f.head_is_due == true end,
    data_was_disclosed = function(f) return f.disclosed == true end,
    nothing_is_missing = function(f) return f.file_missing == nil, f.file_missing end,
  },

  actions = {
    book_grant = function(f)                                                       -- what the ceilings of rules/ceilings.lua add up
      if f.amount > 0 then
        return { start "remedy_grant" { complaint = f.id, customer = f.customer, remedy = f.remedy, amount = f.amount, granter = f.granter,
                                        right_of = f.actor.right, unit = f.unit, campaign = f.campaign },
                 f.campaign and post "campaign_spend" { to = f.campaign, amount = f.amount, key = ("%s/%d"):format(f.number, f.reopened), kind = f.remedy } or nil }
      end
    end,
    pay = function(f)                                                              -- carried out: once for each time it was opened
      if not f.pays or f.amount <= 0 then return end
      local key = ("%s/%d"):format(f.number, f.reopened)
      return { post "customer_credit" { to = f.customer, amount = f.amount, key = key, kind = f.remedy }, set { paid_key = key, paid_campaign = f.campaign or empty } }
    end,
    take_back = function(f)                                                        -- and what it cost a campaign is in its budget again
      return { reverse "customer_credit" { key = f.paid_key, note = f.form.reason }, set { paid_key = empty, paid_campaign = empty },
               f.paid_campaign and reverse "campaign_spend" { key = f.paid_key, note = f.form.reason } or nil }
    end,
    first_responder_answers = function(f)
      return set { first_responder = f.actor.account, handler = f.actor.account, unit = f.actor.unit }
    end,
    judge = function(f)
      local before = f.same_before - 1
      return set { customer_tier = f.tier, priority = f.urgency, seat = f.seat_now,
                   repeats = before > 0 and before or nil, repeated = before > 0 or nil }
    end,
    open_green_channel = function(f)
      if f.track_now ~= f.track then
        return { set { track = f.track_now },
                 tell { "supervisor", "head_of_department", text = "Green channel: {number}. 绿色通道:{number}。" } }
      end
    end,
    judge_again = function(f)                                                      -- the facts have changed: so may the urgency
      if f.urgency == f.priority then return end
      local effects = { set { priority = f.urgency } }
      if f.watched then
        effects[2] = deadline "fast" { f.fast_limit, event = "fast_late" }
        effects[3] = tell { "owner", "supervisor", "head_of_department", at_once = true, text = "Complaint {number} is urgent now. 投诉{number}转为紧急。" }
      end
      return effects
    end,
    take_green_channel = function(f)
      return { set { track = f.fast_track }, tell { "owner", "head_of_department", text = "Green channel: {number}. 绿色通道:{number}。" } }
    end,
    start_fast_clock = function(f) return deadline "fast" { f.fast_limit, event = "fast_late" } end,
    tell_fast_late = function(f)
      return tell { "head_of_department", "branch_manager", at_once = true, text = "Complaint {number} on the fast track is late. 快速通道投诉{number}超时。" }
    end,
    tell_department = function(f)
      return tell { "owner", "head_of_department", text = "Complaint {number} is with the department. 投诉{number}已转交。" }
    end,
    assign_to_seat = function(f) return set { seat = f.seat_now, handler = f.seat_person or f.front_person or f.handler } end,
    tell_new_handler = function(f) return tell { "handler", text = "Complaint {number} is yours now. 投诉{number}已移交给您。" } end,
    join_alarm_that_is_on = function(f) return set { alarm = f.alarm_on } end,
    warn_if_mass = function(f)                                                     -- so many of a kind in 24 hours: one alarm
      if f.similar >= f.mass_at and f.alarms == 0 then
        return { start "mass_alarm" { department = f.department, problem = f.problem, complaints = f.similar },
                 tell { "head_of_department", text = "Mass complaint warning: {number}. 批量投诉预警:{number}。" } }
      end
    end,

    -- the answers to the customer (rules/templates.lua)
    tell_received      = function(f) return tell { "customer", template = "complaint.received" } end,
    tell_not_upheld    = function(f) return tell { "customer", template = "complaint.not_upheld" } end,
    tell_question      = function(f) return tell { "customer", template = "complaint.question" } end,
    tell_staged_answer = function(f) return tell { "customer", template = "complaint.staged_answer" } end,
    tell_result        = function(f) return tell { "customer", template = "complaint.result" } end,
    tell_withdrawn     = function(f) return tell { "customer", template = "complaint.withdrawn" } end,
    tell_closed_without_answer = function(f) return tell { "customer", template = "complaint.closed_without_answer" } end,

    -- in time or not
    answer_is_late = function(f) return set { answered_in_time = false } end,
    case_is_late = function(f)
      return { set { closed_in_time = false }, deadline "headquarters" { f.headquarters_limit, event = "call_headquarters" } }
    end,
    tell_headquarters = function(f)
      return tell { "headquarters_centre", text = "Complaint {number} is still open after its whole time. 投诉{number}全案超时仍未办结。" }
    end,
    note_answer = function(f) return set { answered_at = f.now } end,

    -- staged answers on long cases (阶段性答复): begun by an investigation, a consultation, or the first rung of the ladder
    begin_stages = function(f)
      if f.stage_answers == nil then
        return { set { stage_answers = 0 }, deadline "answer_stage" { f.stage_limit, event = "stage_due" } }
      end
    end,
    next_stage = function(f)
      return { set { stage_answers = (f.stage_answers or 0) + 1 }, stop "stage_missed", deadline "answer_stage" { f.stage_limit, event = "stage_due" } }
    end,
    tell_stage_due = function(f)
      return { set { stages_missed = (f.stages_missed or 0) + 1 }, deadline "stage_missed" { f.stage_grace, event = "stage_missed" },
               tell { "owner", "supervisor", text = "The customer of {number} awaits a staged answer. 请就{number}作阶段性答复。" } }
    end,
    tell_stage_missed = function(f)
      return { deadline "answer_stage" { f.stage_limit, event = "stage_due" },
               tell { "head_of_department", text = "Still no staged answer on {number}. {number}仍未作阶段性答复。" } }
    end,

    -- cause, correction, penalty
    ask_for_correction = function(f)
      return start "correction" { complaint = f.id, cause_kind = f.cause_kind, severity = f.severity, responsible = f.responsible,
                                  unit = f.unit, department = f.department }
    end,
    judge_penalty = function(f) return set { penalty_direct = f.penalty_for_direct, penalty_head = f.penalty_for_head } end,

    -- help from others
    call_consultation = function(f)
      return start "consultation" { complaint = f.id, convenor = f.actor.account, unit = f.unit, priority = f.priority,
                                    departments = f.form.departments, question = f.form.question }
    end,
    tell_consulted = function(f) return tell { "owner", text = "The consultation on {number} has ended: {consultation_result}. {number}会诊结束:{consultation_result}。" } end,
    call_engineer = function(f)
      return start "site_visit" { complaint = f.id, engineer = f.form.engineer, unit = f.unit, priority = f.priority, task = f.form.task }
    end,
    tell_site_report = function(f) return tell { "owner", text = "The engineer's report on {number} is there. {number}现场报告已交。" } end,

    -- plans (处理方案)
    file_plan = function(f)
      return start "plan" { complaint = f.id, proposer = f.actor.account, unit = f.unit,
                            remedy = f.form.remedy, amount = f.form.amount, plan = f.form.plan }
    end,
    list_plan = function(f)
      local plans, proposers = {}, {}
      for i, plan in ipairs(f.plans or {}) do plans[i] = plan end
      for i, account in ipairs(f.proposers or {}) do proposers[i] = account end
      plans[#plans + 1], proposers[#proposers + 1] = f.latest_plan, f.actor.account
      if f.actor.right ~= f.actor.account then proposers[#proposers + 1] = f.actor.right end                    -- whom a deputy did it for
      return set { plans = plans, proposers = proposers }
    end,
    name_plan = function(f)
      if f.chosen_plan == nil then return set { chosen_plan = f.latest_plan } end
    end,
    take_plan = function(f) return set { remedy = f.plan_remedy, amount = f.plan_amount, proposer = f.plan_proposer } end,
    settle_plans = function(f)
      local effects = {}
      for i, plan in ipairs(f.plans or {}) do
        effects[i] = send "settle" { to = plan, form = { selected = f.chosen_plan, instructions = f.form.instructions } }
      end
      effects[#effects + 1] = set { plans = empty, proposers = empty, latest_plan = empty }
      return effects
    end,
    drop_plans = function(f)
      local effects = {}
      for i, plan in ipairs(f.plans or {}) do effects[i] = send "settle" { to = plan } end
      effects[#effects + 1] = set { plans = empty, proposers = empty, latest_plan = empty }
      return effects
    end,
    forget_plans = function(f) return set { proposer = empty, chosen_plan = empty } end,   -- the department begins anew
    asker_is_proposer = function(f) return set { proposer = f.actor.account } end,
    count_reopening = function(f)
      return { set { reopened = f.reopened + 1, proposer = empty, chosen_plan = empty, chooser = empty, granter = empty, callback = empty },
               tell { "customer", template = "complaint.reopened" },
               f.callback and send "supersede" { to = f.callback } or nil }
    end,
    plan_callback = function(f)                                                    -- key customers always, others by draw (rules/callbacks.lua)
      if f.callbacks_open == 0 and f.callback_draw < f.callback_rate then
        return start "callback" { source = "complaint", source_number = f.number, complaint = f.id, customer = f.customer, tier = f.tier,
                                  problem = f.problem, case_outcome = f.case_outcome, unit = f.unit, link = "callback" }
      end
    end,
    end_callback  = function(f) if f.callback then return send "supersede" { to = f.callback } end end,
    tell_callback = function(f) if f.callback then return send "case_archived" { to = f.callback } end end,

    -- a complete file: forms, records, correspondence (归档完整性); rules/archive.lua says what else it needs
    list_what_is_missing = function(f)
      local missing, whole = {}, f.state ~= "closed"                               -- the short way has neither callback nor summary
      local function need(there, what)
        if not there then missing[#missing + 1] = what end
      end
      need(f.ground and f.demand, "verification 核实表")
      need(f.department, "transfer 转接表")
      need(f.remedy and f.granter, "authorisation 授权审批表")
      need(f.result, "feedback 反馈表")
      need(not whole or f.satisfied ~= nil or not f.needs_callback, "callback record 回访记录表")
      need(not whole or f.assessment, "summary 总结评价表")
      need(f.correction == nil or f.corrected, "report of the correction 整改报告")
      need(f.site_visit == nil or f.site_findings, "report from the site 现场处理报告")
      need(not whole or not f.needs_letters or (f.letters or 0) > 0, "letters and recordings 往来函件")
      if #missing == 0 then return set { file_missing = empty } end
      return set { file_missing = table.concat(missing, "; ") }
    end,
    try_to_file = function(f) return send "file" { to = f.id } end,
    tell_what_is_missing = function(f)
      if f.file_missing then
        return tell { "owner", "archive_keeper", text = "The file of {number} is incomplete: {file_missing}. {number}归档缺件:{file_missing}。" }
      end
    end,
  },
}
