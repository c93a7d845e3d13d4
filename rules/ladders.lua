-- Rule book 3: how a step that is late climbs. A state names the ladder; each state that climbs it has clocks of its own.
return {
  ladder "complaint.step" {
    { "complaint.step_limit", escalate = true, run = { "begin_stages" },     -- a late step makes a long case: the customer hears of it
      tell = { "supervisor", text = "Complaint {number} is late ({state}). 投诉{number}超过单步时限({state})。" } },
    { "complaint.head_limit", escalate = true,
      tell = { "head_of_department", text = "Complaint {number} is still late ({state}). 投诉{number}仍未办理({state})。" } },
  },
  ladder "callback.promise_missed" {            -- "I call you at ten": a missed promise is worse than none
    { "5 minutes", clock = "hotline", escalate = true,
      tell = { "supervisor", text = "A promised call was not made: {number}. 约定的回访未进行:{number}。" } },
    { "4 hours", escalate = true,
      tell = { "head_of_department", text = "The promised call is still not made: {number}. 约定的回访仍未进行:{number}。" } },
  },
  ladder "payment_terms.decision" {
    { "2 business days", tell = { "marketing_director", text = "{number} waits for a decision. {number}待审批。" } },
    { "4 business days", escalate = true, tell = { "vice_president", text = "{number} still waits for a decision. {number}仍待审批。" } },
  },
  ladder "finding.confirmation" {
    { "5 business days", escalate = true, run = { "remind_confirmer" } },
    { "10 business days", escalate = true, tell = { "headquarters_centre", text = "Finding {number} is still not confirmed. 问责单{number}仍未确认。" } },
  },
  ladder "mass_alarm.unclaimed" {
    { "1 hour",  escalate = true, tell = { "branch_manager", text = "Nobody has taken up alarm {number}. 预警{number}无人确认。" } },
    { "4 hours", escalate = true, tell = { "headquarters_centre", text = "Still nobody has taken up alarm {number}. 预警{number}仍无人确认。" } },
  },
}
