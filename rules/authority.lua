-- Who may do what. Anything that is not listed is refused; several rows for one command: any of them may allow it.
-- Wider roles include narrower ones (rules/organisation.lua), so "from" names the narrowest.
-- What a month and a campaign allow (rules/ceilings.lua); only the headquarters centre may go over a campaign's budget.
local ceilings = { granted_by_actor = "remedy.person_month", granted_in_unit = "remedy.unit_month", spent_by_campaign = "campaign_budget" }

return authority {
  -- complaints: taken in by anyone, worked on where one belongs (rule book 1 and 3)
  { { "complaint.receive", "complaint.reopen", "complaint.withdraw" }, from = "staff" },
  { { "complaint.assign", "complaint.hand_over", "complaint.answer_stage" }, from = "handler", reach = "unit" },      -- a first responder hands over the own case
  { { "complaint.assign", "complaint.hand_over" }, from = "staff", reach = "own" },
  { "complaint.amend", from = "staff", reach = "unit" },
  { { "complaint.consult", "complaint.send_engineer", "complaint.open_fast_track" }, from = "supervisor", reach = "unit" },
  { { "complaint.assign", "complaint.hand_over", "complaint.answer_stage", "complaint.amend", "complaint.consult", "complaint.send_engineer",
      "complaint.open_fast_track" }, from = "branch_manager", reach = "branch" },
  { { "complaint.verify", "complaint.transfer", "complaint.ask", "complaint.answered", "complaint.investigate",
      "complaint.send_back", "complaint.feed_back", "complaint.summarise", "complaint.close" }, from = "handler", reach = "unit" },
  { { "complaint.verify", "complaint.transfer", "complaint.ask", "complaint.answered", "complaint.investigate",
      "complaint.send_back", "complaint.feed_back", "complaint.summarise", "complaint.close" }, from = "branch_manager", reach = "branch" },
  { "complaint.follow_up", from = { "handler", "callback_agent" }, reach = "unit" },
  { "complaint.archive",   from = "archive_keeper" },
  { "complaint.propose", from = "handler",        reach = "unit",   unless = { "too_many_plans" } },
  { "complaint.propose", from = "branch_manager", reach = "branch", unless = { "too_many_plans" } },

  -- nobody chooses or grants what they proposed (rule book 5)
  { "complaint.choose", from = "supervisor",     reach = "unit",   other_than = { "proposer" }, unless = { "actor_is_proposer", "no_plan_is_named", "plan_is_not_proposed" } },
  { "complaint.choose", from = "branch_manager", reach = "branch", other_than = { "proposer" }, unless = { "actor_is_proposer", "no_plan_is_named", "plan_is_not_proposed" } },
  { "complaint.grant", from = "headquarters_centre",                   up_to = "remedy.limit", ceilings = { granted_by_actor = "remedy.person_month", granted_in_unit = "remedy.unit_month" }, other_than = { "proposer" }, unless = { "actor_is_proposer", "is_not_what_was_chosen" } },   -- first: the row that fits first counts
  { "complaint.grant", from = "handler",             reach = "own",    up_to = "remedy.limit", ceilings = ceilings, other_than = { "proposer" }, unless = { "actor_is_proposer", "is_not_what_was_chosen" } },
  { "complaint.grant", from = "supervisor",          reach = "unit",   up_to = "remedy.limit", ceilings = ceilings, other_than = { "proposer" }, unless = { "actor_is_proposer", "is_not_what_was_chosen" } },
  { "complaint.grant", from = "branch_manager",      reach = "branch", up_to = "remedy.limit", ceilings = ceilings, other_than = { "proposer" }, unless = { "actor_is_proposer", "is_not_what_was_chosen" } },
  { "complaint.turn_down", from = "supervisor",     reach = "unit",   other_than = { "proposer" }, unless = { "actor_is_proposer" } },   -- whatever the amount
  { "complaint.turn_down", from = "branch_manager", reach = "branch", other_than = { "proposer" }, unless = { "actor_is_proposer" } },

  -- beside the case: corrections, engineers, consultations. Plans are filed by the complaint itself
  { "correction.report",  from = "staff",              reach = "own" },
  { "correction.report",  from = "supervisor",         reach = "unit" },
  { "correction.explain", from = "head_of_department", reach = "unit" },   -- only the head explains to the customer
  { { "site_visit.arrive", "site_visit.report" }, from = "staff", reach = "own" },
  { "opinion.give", from = "handler", reach = "unit" },

  -- callbacks: in the customer's own hours, with a clear promise, recorded completely (rule book 7)
  { "callback.plan",    from = { "handler", "callback_agent" } },
  { "callback.take",    from = { "handler", "callback_agent" }, reach = "unit" },
  { "callback.attempt", from = { "handler", "callback_agent" }, reach = "unit", unless = { "customer_rests", "promise_is_unclear" } },
  { "callback.record",  from = { "handler", "callback_agent" }, reach = "unit", unless = { "record_is_incomplete" } },
  { "callback.write",   from = { "handler", "callback_agent" }, reach = "unit" },
  { "callback.cancel",  from = "supervisor", reach = "unit" },
  { "callback.read",    from = "staff", reach = "unit" },
  { "callback.read",    from = "branch_manager", reach = "branch" },
  { "callback.read",    from = { "headquarters_centre", "administrator", "archive_keeper" } },

  { "complaint.take_back", from = "supervisor", reach = "unit", unless = { "nothing_is_paid" } },
  { { "customer_credit.read", "remedy_grant.read" }, from = "handler", reach = "unit" },
  { { "customer_credit.read", "remedy_grant.read" }, from = "branch_manager", reach = "branch" },
  { { "customer_credit.read", "remedy_grant.read", "ledger.verify" }, from = { "headquarters_centre", "administrator" } },
  { { "campaign.create", "campaign.update" }, from = { "marketing_director", "headquarters_centre", "administrator" } },
  { "campaign.read", from = { "staff", "marketing_director", "administrator" } },
  { "campaign_spend.read", from = { "marketing_director", "headquarters_centre", "administrator" } },

  -- special payment terms (rule book 5) and credit (rule book 8): scripts/payment_terms.lua, scripts/credit_*.lua
  { "payment_terms.ask", from = "handler" },
  { { "payment_terms.grant", "payment_terms.refuse" }, from = { "marketing_director", "vice_president" }, other_than = { "applicant" } },
  { "payment_terms.withdraw", from = "handler", unless = { "is_not_applicant" } },
  { "payment_terms.read", from = "handler", reach = "unit" },
  { "payment_terms.read", from = { "marketing_director", "vice_president", "headquarters_centre" } },
  { "credit_rating.begin", from = "handler" },
  { "credit_change.apply", from = "handler", unless = { "rating_does_not_bear_it" } },
  { { "credit_rating.hand_in", "credit_rating.give_up" }, from = "handler", reach = "unit" },
  { "credit_rating.rate", from = "handler", reach = "unit", unless = { "documents_are_missing", "nothing_was_due" } },
  { "credit_change.review", from = "head_of_department", reach = "unit", other_than = { "applicant" } },
  { "credit_change.sign", from = "headquarters_centre", other_than = { "applicant", "reviewer", "extender" } },
  { "credit_change.extend", from = "marketing_director", other_than = { "applicant", "reviewer" }, unless = { "is_extended" } },
  { { "credit_rating.read", "credit_change.read" }, from = "handler", reach = "own" },   -- heads and up read them all: for key accounts only
  { { "credit_rating.read", "credit_change.read" }, from = "head_of_department", reach = "branch" },
  { { "credit_rating.read", "credit_change.read" }, from = { "headquarters_centre", "marketing_director" } },

  { "mass_alarm.raise", from = "supervisor", unless = { "alarm_is_open_already" } },   -- the chart raises it by itself; a supervisor may as well
  { { "mass_alarm.acknowledge", "mass_alarm.close" }, from = "head_of_department" },

  -- reading: staff their own unit's, so that the front desk can tell the customer how it stands (rule book 15)
  { { "complaint.read", "plan.read", "correction.read", "site_visit.read", "consultation.read", "opinion.read" }, from = "staff", reach = "unit" },
  { { "complaint.read", "plan.read", "correction.read", "site_visit.read", "consultation.read", "opinion.read" }, from = "branch_manager", reach = "branch" },
  { { "complaint.read", "plan.read", "correction.read", "site_visit.read", "consultation.read", "opinion.read",
      "mass_alarm.read", "incident.read", "regulator_complaint.read" },
    from = { "headquarters_centre", "administrator", "archive_keeper" } },
  { { "mass_alarm.read", "incident.read", "regulator_complaint.read" }, from = "handler" },

  { "complaint.progress", from = "staff" },                 -- of any unit, for the customer who proves that he is: case.progress

  -- findings (scripts/finding.lua): the role that the rule names confirms, nobody judges his own or decides what he has confirmed
  { "finding.propose", from = "head_of_department" },
  { { "finding.confirm", "finding.drop" }, from = "head_of_department", reach = "branch", other_than = { "person" },
    unless = { "is_not_the_one_to_confirm", "is_about_the_actor" } },
  { "finding.appeal", from = "staff", reach = "own" },
  { { "finding.uphold", "finding.withdraw" }, from = "headquarters_centre", other_than = { "person", "confirmer" },
    unless = { "is_about_the_actor", "actor_has_confirmed" } },
  { "finding.read", from = "staff",              reach = "own" },
  { "finding.read", from = "head_of_department", reach = "unit" },
  { "finding.read", from = "branch_manager",     reach = "branch" },
  { "finding.read", from = { "headquarters_centre", "administrator" } },

  -- customers and articles: one shared file (rule book 15)
  { "article.read", from = { "staff", "administrator" } },
  { "customer.create", from = { "staff", "administrator" }, unless = { "types_in_credit" } },
  -- staff read their own customers and those in the pool, a supervisor the group's, an administrator all (rule book 1); whoever answers
  -- customers reads any file (rule book 15). To name a customer in a form is not to read the file
  { "customer.read",  from = "staff",      reach = "own" },
  { "customer.read",  from = "staff",      reach = "unowned" },
  { "customer.read",  from = "supervisor", reach = "group" },
  { "customer.read",  from = { "front_desk", "handler", "callback_agent", "information_keeper", "headquarters_centre", "administrator" } },
  { "customer.refer", from = "staff" },
  { "customer.update", from = "handler", reach = "unit", unless = { "changes_important_data", "changes_tier_data", "types_in_credit", "moves_the_customer" } },
  { "customer.update", from = { "headquarters_centre", "administrator" }, unless = { "changes_important_data", "types_in_credit", "moves_the_customer" } },
  { { "customer.release", "customer.hand_over" }, from = "handler", reach = "own" },
  { { "customer.release", "customer.hand_over" }, from = "supervisor", reach = "unit" },
  { { "customer.release", "customer.hand_over" }, from = { "headquarters_centre", "administrator" } },
  { "customer.claim", from = "staff" },                     -- the pool is for anyone who serves customers
  { "customer.erase", from = "administrator" },             -- and nobody else deletes for good
  { "person.erase", from = "administrator" },               -- destroys the key of a person's texts; a row for person.confirm asks for a second person
  { "contact.log", from = "staff" },
  { { "contact.correct", "contact.again", "contact.settle" }, from = "staff", reach = "own" },
  { "contact.correct", from = "supervisor", reach = "unit" },
  { "trade.enter", from = "staff" },
  { "trade.cancel", from = "supervisor", reach = "unit" },
  { { "contact.read", "trade.read" }, from = "staff", reach = "unit" },
  { { "contact.read", "trade.read" }, from = "branch_manager", reach = "branch" },
  { { "contact.read", "trade.read" }, from = { "headquarters_centre", "administrator" } },
  { "customer_change.ask", from = "handler" },
  { "customer_change.withdraw", from = "handler", unless = { "is_not_applicant" } },
  { { "customer_change.approve", "customer_change.turn_down" }, from = { "marketing_director", "branch_manager" }, other_than = { "applicant" } },
  { "customer_change.read", from = "handler", reach = "own" },
  { "customer_change.read", from = { "branch_manager", "marketing_director", "administrator" } },
  { "customer_review.begin", from = "supervisor" },         -- a schedule begins them by itself
  { { "customer_review.verify", "customer_review.read" }, from = "handler" },
  { "customer_review.read", from = "administrator" },
  { { "article.create", "article.update" }, from = { "supervisor", "administrator" } },

  -- what is secret (rule book 13: scripts/disclosure.lua). TYPE.LEVEL in a row of its own: whose work it is; nobody else without a disclosure
  { "disclosure.ask", from = { "staff", "administration_manager", "marketing_director" }, unless = { "nothing_is_named" } },
  { { "disclosure.grant", "disclosure.refuse", "disclosure.revoke" }, from = { "branch_manager", "executive_director" }, other_than = { "asker" }, unless = { "is_not_the_approver" } },
  { "disclosure.withdraw", from = "staff", reach = "own" },
  { "disclosure.read", from = { "staff", "administration_manager", "marketing_director" }, reach = "own" },
  { "disclosure.read", from = { "branch_manager", "executive_director", "information_keeper", "administrator" } },
  { "customer_change.top_secret", from = { "marketing_director", "branch_manager" } },      -- who decides on the change
  { "employee.confidential", from = "administration_manager" },                             -- the administration's own files

  -- suggestions (rule book 14: scripts/suggestion.lua). Rows of an anonymous opening ask for no more than a role
  { { "suggestion.submit", "suggestion.progress" }, from = { "staff", "marketing_director", "vice_president", "administration_manager", "general_manager" } },
  { { "suggestion.reply", "suggestion.adopt", "suggestion.decline" }, from = "supervisor", reach = "unit", other_than = { "author" } },
  { { "suggestion.reply", "suggestion.adopt", "suggestion.decline" }, from = "administrator", other_than = { "author" } },
  { "suggestion.read", from = "staff",      reach = "own" },
  { "suggestion.read", from = "supervisor", reach = "unit" },
  { "suggestion.read", from = "administrator" },

  -- the service desk and the regulator's complaints
  { { "incident.open", "incident.update", "incident.assign", "incident.wait_for_user", "incident.wait_for_vendor",
      "incident.wait_for_problem", "incident.wait_for_evidence", "incident.resolve", "incident.close" }, from = { "handler", "importer" } },
  { { "regulator_complaint.receive", "regulator_complaint.send", "regulator_complaint.respond",
      "regulator_complaint.dispute" }, from = { "handler", "importer" } },

  -- staff: the administration hires and lets go; one's own absence and deputy are one's own affair, the group's the supervisor's (rule book 1)
  { { "employee.hire", "employee.begin", "employee.decline" }, from = { "administration_manager", "administrator" } },
  { { "employee.change", "employee.rehire" }, from = { "administration_manager", "administrator" }, other_than = { "self" } },   -- nobody gives himself a role
  { "employee.leave", from = { "administration_manager", "administrator" }, unless = { "nobody_takes_over" } },
  { { "employee.be_away", "employee.come_back", "employee.delegate", "employee.revoke" }, from = "staff", reach = "own" },
  { { "employee.be_away", "employee.come_back", "employee.revoke" }, from = "supervisor", reach = "group" },
  { { "employee.be_away", "employee.come_back", "employee.revoke" }, from = { "administration_manager", "administrator" } },
  { "employee.delegate", from = "supervisor", reach = "group", other_than = { "deputy" } },   -- nobody names himself in another's place
  { "employee.delegate", from = { "administration_manager", "administrator" }, other_than = { "deputy" } },
  { "employee.read", from = "staff",      reach = "own" },
  { "employee.read", from = "supervisor", reach = "group" },
  { "employee.read", from = { "administration_manager", "administrator" } },
  { "staff.read",    from = { "staff", "administration_manager", "archive_keeper", "administrator" } },

  -- duties that come round (rules/schedules.lua)
  { "duty.assign", from = { "supervisor", "administrator" } },
  { "duty.finish", from = { "archive_keeper", "importer", "supervisor" } },
  { "duty.read",   from = { "archive_keeper", "importer", "supervisor", "administrator" } },

  -- the engine itself
  { { "feed.subscribe", "decision.evaluate" }, from = { "staff", "archive_keeper", "administrator" } },
  { "schedule.list", from = { "staff", "archive_keeper", "importer", "administrator" } },
  { "job.list",      from = { "supervisor", "administrator" } },
  -- what is counted in a report is what its row reaches: the whole company, or one's own part of it
  { "report.run",    from = "supervisor",     reach = "unit" },
  { "report.run",    from = "branch_manager", reach = "branch" },
  { "report.run",    from = { "headquarters_centre", "callback_centre_director", "administrator" } },
  { "filed_report.file",    from = "administrator" },       -- schedules file them by themselves
  { "filed_report.discuss", from = { "headquarters_centre", "callback_centre_director", "marketing_director" }, unless = { "is_for_another" } },
  { "filed_report.read",    from = { "branch_manager", "callback_centre_director", "marketing_director", "archive_keeper", "administrator" } },
  { "policy.info",   from = { "staff", "administrator" } },
  { { "policy.reload", "clock.advance", "account.token", "account.tokens", "account.revoke", "notice.list", "store.stat", "server.metrics" }, from = "administrator" },
  { "import.run",    from = { "importer", "administrator" } },
  { "backup.create", from = "maintainer" },                 -- and nothing else for a maintainer
}
