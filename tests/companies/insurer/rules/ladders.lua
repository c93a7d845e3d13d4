-- A late step climbs in office hours; a promised call is missed on the claims line's clock, day and night; so is an alarm.
return {
  ladder "complaint.step" {
    { "complaint.step_limit", escalate = true, run = { "begin_stages" },
      tell = { "supervisor", text = "Complaint {number} is late ({state})." } },
    { "complaint.head_limit", escalate = true, tell = { "head_of_department", text = "Complaint {number} is still late ({state})." } },
    { "15 business days", escalate = true, tell = { "branch_manager", text = "Complaint {number} has stood still for three weeks ({state})." } },
  },
  ladder "callback.promise_missed" {
    { "10 minutes", clock = "claims_line", escalate = true, tell = { "supervisor", text = "A promised call was not made: {number}." } },
    { "2 hours",    clock = "claims_line", escalate = true, tell = { "head_of_department", text = "The promised call is still not made: {number}." } },
  },
  ladder "payment_terms.decision" {
    { "3 business days", tell = { "marketing_director", text = "{number} waits for a decision." } },
    { "6 business days", escalate = true, tell = { "vice_president", text = "{number} still waits for a decision." } },
  },
  ladder "finding.confirmation" {
    { "10 business days", escalate = true, run = { "remind_confirmer" } },
    { "20 business days", escalate = true, tell = { "headquarters_centre", text = "Finding {number} is still not confirmed." } },
  },
  ladder "mass_alarm.unclaimed" {
    { "30 minutes", clock = "claims_line", escalate = true, tell = { "branch_manager", text = "Nobody has taken up alarm {number}." } },
    { "2 hours",    clock = "claims_line", escalate = true, tell = { "headquarters_centre", text = "Still nobody has taken up alarm {number}." } },
  },
}
