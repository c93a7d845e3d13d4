-- From the first word to the archive (rule book 3 to 5). docs/reference/procedure-complaint.md shows it as a table.
-- Hours are service hours. A step's limits climb (rules/ladders.lua): supervisor, then head; the whole case's: branch, headquarters.
return workflow "complaint" {
  version = 1, title = { en = "Complaint", zh = "投诉处理" }, initial = "received", clock = "service_hours",
  open = { event = "receive", form = "registration", run = { "first_responder_answers", "judge", "open_green_channel" } },
  within = { "complaint.total_limit", escalate = true,
             tell = { "branch_manager", "headquarters_centre", text = "Complaint {number} is over its whole time. 投诉{number}全案超时。" } },
  facts = {
    tier    = decide "customer.tier" { of = "customer" },
    urgency = decide "complaint.urgency" {},
    similar = count "complaint" { same = { "department", "problem" }, in_last = "24 hours", at_most = 20 },
    alarms  = count "mass_alarm" { same = { "department", "problem" }, in_last = "24 hours" },
  },

  states = {
    received = {
      title = { en = "Received", zh = "已受理" },
      on = { verify = { form = "verification", { go = "verified", when = "is_upheld" }, { go = "explained" } } },
      after = {
        { "complaint.answer_limit", escalate = true, tell = { "supervisor", text = "Complaint {number} is not verified in time. 投诉{number}未按时核实。" } },
        { "complaint.head_limit", escalate = true, tell = { "head_of_department", text = "Complaint {number} is still not verified. 投诉{number}仍未核实。" } },
      },
    },
    verified = {
      title = { en = "Upheld", zh = "已核实" },
      on = { transfer = { form = "transfer", go = "with_department", run = { "warn_if_mass", "tell_department" } } },
      after = { ladder = "complaint.step" },
    },
    with_department = {
      title = { en = "With the department", zh = "部门处理" },
      on = {
        transfer    = { form = "transfer", go = "with_department", run = { "tell_department" } },
        ask         = { form = "question", go = "with_customer" },
        investigate = { form = "investigation", go = "investigated" },
        grant       = { form = "grant", go = "processing", by = "granter",       -- the short way for simple cases
                        above = { go = "passed_up", run = { "asker_is_proposer" } } },
      },
      after = { ladder = "complaint.step" },
    },
    with_customer = {
      title = { en = "Waiting for the customer", zh = "待客户补充" }, pause = true,
      on = { answered = { form = "customer_answer", go = "with_department" } },
      after = { "10 days", go = "closed", tell = { "owner", text = "No answer from the customer: {number} is closed. 客户未补充,{number}结案。" } },
    },
    investigated = {
      title = { en = "Investigated", zh = "已调查" },
      on = { propose = { form = "proposal", go = "proposed", by = "proposer" } },
      after = { ladder = "complaint.step" },
    },
    proposed = {
      title = { en = "Plan proposed", zh = "已提方案" },
      on = {
        propose   = { form = "proposal", by = "proposer" },                       -- another plan; the clock goes on
        choose    = { form = "choice", go = "chosen", by = "chooser" },
        send_back = { form = "refusal", go = "investigated" },
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
        turn_down = { form = "refusal", go = "with_department", run = { "forget_proposer" } },
      },
      after = {
        { "complaint.step_limit", escalate = true, tell = { "head_of_department", text = "Complaint {number} awaits a higher authority. 投诉{number}待上级授权。" } },
        { "complaint.head_limit", escalate = true, tell = { "branch_manager", text = "Complaint {number} still awaits a higher authority. 投诉{number}仍待上级授权。" } },
      },
    },
    processing = {
      title = { en = "Being processed", zh = "处理中" },
      on = {
        feed_back = { form = "feedback", go = "fed_back" },
        close     = { form = "feedback", go = "closed" },                         -- the short way ends here
      },
      after = { ladder = "complaint.step" },
    },
    fed_back = {
      title = { en = "Fed back", zh = "已反馈" }, pause = true,                    -- the customer has the answer
      on = { follow_up = { form = "callback", { go = "followed_up", when = "is_satisfied" },
                                              { go = "with_department", run = { "count_reopening" } } } },
      after = { "complaint.callback_limit", escalate = true, tell = { "supervisor", text = "The callback of {number} is due. {number}应回访。" } },
    },
    followed_up = {
      title = { en = "Followed up", zh = "已回访" }, pause = true,
      on = { summarise = { form = "assessment", go = "summarised" } },
      after = { "5 business days", escalate = true, tell = { "supervisor", text = "{number} is to be summarised. {number}待总结。" } },
    },
    summarised = {
      title = { en = "Summarised", zh = "已总结" }, pause = true,
      on = { archive = { form = "remark", go = "archived" } },
      after = { "10 business days", tell = { "archive_keeper", text = "{number} is to be archived. {number}待归档。" } },
    },
    explained = {                                                                  -- not upheld
      title = { en = "Explained, not upheld", zh = "已解释(不成立)" }, pause = true,
      on = { reopen = { form = "remark", go = "received", run = { "count_reopening" } } },
      after = { "30 days", go = "archived" },
    },
    closed = {
      title = { en = "Closed", zh = "已结案" }, pause = true,
      on = {
        follow_up = { form = "callback", { when = "is_satisfied" }, { go = "with_department", run = { "count_reopening" } } },
        reopen    = { form = "remark", go = "with_department", run = { "count_reopening" } },
      },
      after = { "30 days", go = "archived" },                                      -- the time to come back to us
    },
    withdrawn = { title = { en = "Withdrawn", zh = "已撤诉" }, final = true },
    archived  = { title = { en = "Archived", zh = "已归档" }, final = true },
  },

  always = { withdraw = { form = "remark", go = "withdrawn",
                          except = { "processing", "fed_back", "followed_up", "summarised", "explained", "closed" } } },

  guards = {
    is_upheld = function(f)
      if f.form.ground ~= "sufficient" then return false, "the ground is not sufficient" end
      return f.form.demand == "reasonable", "the demand is not reasonable"
    end,
    is_satisfied = function(f) return f.form.satisfied end,
    actor_is_proposer = function(f) return f.proposer == f.actor.account end,
  },

  actions = {
    first_responder_answers = function(f) return set { handler = f.actor.account, unit = f.actor.unit } end,
    judge = function(f) return set { customer_tier = f.tier, priority = f.urgency } end,
    open_green_channel = function(f)
      if f.tier == "key" then
        return { set { track = "green" },
                 tell { "supervisor", "head_of_department", text = "Green channel: {number}. 绿色通道:{number}。" } }
      end
    end,
    tell_department = function(f)
      return tell { "owner", "head_of_department", text = "Complaint {number} is with the department. 投诉{number}已转交。" }
    end,
    warn_if_mass = function(f)                                                     -- five of a kind in 24 hours: one alarm
      if f.similar >= 5 and f.alarms == 0 then
        return { start "mass_alarm" { department = f.department, problem = f.problem, complaints = f.similar },
                 tell { "head_of_department", text = "Mass complaint warning: {number}. 批量投诉预警:{number}。" } }
      end
    end,
    asker_is_proposer = function(f) return set { proposer = f.actor.account } end,
    forget_proposer = function(f) return set { proposer = empty } end,              -- the department begins anew
    count_reopening = function(f) return set { reopened = f.reopened + 1, proposer = empty } end,
  },
}
