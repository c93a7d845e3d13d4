-- Who may do what. Anything that is not listed is refused; several rows for one command: any of them may allow it.
-- Wider roles include narrower ones (rules/organisation.lua), so "from" names the narrowest.
return authority {
  -- complaints: taken in by anyone, worked on where one belongs (rule book 1 and 3)
  { { "complaint.receive", "complaint.reopen", "complaint.withdraw" }, from = "staff" },
  { { "complaint.verify", "complaint.transfer", "complaint.ask", "complaint.answered", "complaint.investigate", "complaint.propose",
      "complaint.send_back", "complaint.feed_back", "complaint.summarise", "complaint.close" }, from = "handler", reach = "unit" },
  { { "complaint.verify", "complaint.transfer", "complaint.ask", "complaint.answered", "complaint.investigate", "complaint.propose",
      "complaint.send_back", "complaint.feed_back", "complaint.summarise", "complaint.close" }, from = "branch_manager", reach = "branch" },
  { "complaint.follow_up", from = { "handler", "callback_agent" }, reach = "unit" },
  { "complaint.archive",   from = "archive_keeper" },

  -- nobody chooses or grants what they proposed (rule book 5)
  { "complaint.choose", from = "supervisor",     reach = "unit",   unless = { "actor_is_proposer" } },
  { "complaint.choose", from = "branch_manager", reach = "branch", unless = { "actor_is_proposer" } },
  { "complaint.grant", from = "handler",             reach = "own",    up_to = "remedy.limit", unless = { "actor_is_proposer" } },
  { "complaint.grant", from = "supervisor",          reach = "unit",   up_to = "remedy.limit", unless = { "actor_is_proposer" } },
  { "complaint.grant", from = "branch_manager",      reach = "branch", up_to = "remedy.limit", unless = { "actor_is_proposer" } },
  { "complaint.grant", from = "headquarters_centre",                   up_to = "remedy.limit", unless = { "actor_is_proposer" } },
  { "complaint.turn_down", from = "supervisor",     reach = "unit",   unless = { "actor_is_proposer" } },   -- whatever the amount
  { "complaint.turn_down", from = "branch_manager", reach = "branch", unless = { "actor_is_proposer" } },

  { "mass_alarm.raise", from = "supervisor" },              -- the chart raises it by itself; a supervisor may as well
  { { "mass_alarm.acknowledge", "mass_alarm.close" }, from = "head_of_department" },

  -- reading: staff their own unit's, so that the front desk can tell the customer how it stands (rule book 15)
  { "complaint.read", from = "staff",          reach = "unit" },
  { "complaint.read", from = "branch_manager", reach = "branch" },
  { { "complaint.read", "mass_alarm.read", "incident.read", "regulator_complaint.read" },
    from = { "headquarters_centre", "administrator", "archive_keeper" } },
  { { "mass_alarm.read", "incident.read", "regulator_complaint.read" }, from = "handler" },

  -- customers and articles: one shared file (rule book 15)
  { { "customer.create", "customer.read", "article.read" }, from = { "staff", "administrator" } },
  { "customer.update", from = "handler", reach = "unit" },
  { "customer.update", from = { "headquarters_centre", "administrator" } },
  { { "article.create", "article.update" }, from = { "supervisor", "administrator" } },

  -- the service desk and the regulator's complaints
  { { "incident.open", "incident.update", "incident.assign", "incident.wait_for_user", "incident.wait_for_vendor",
      "incident.wait_for_problem", "incident.wait_for_evidence", "incident.resolve", "incident.close" }, from = { "handler", "importer" } },
  { { "regulator_complaint.receive", "regulator_complaint.send", "regulator_complaint.respond",
      "regulator_complaint.dispute" }, from = { "handler", "importer" } },

  -- duties that come round (rules/schedules.lua)
  { "duty.assign", from = { "supervisor", "administrator" } },
  { "duty.finish", from = { "archive_keeper", "importer", "supervisor" } },
  { "duty.read",   from = { "archive_keeper", "importer", "supervisor", "administrator" } },

  -- the engine itself
  { { "feed.subscribe", "decision.evaluate" }, from = { "staff", "archive_keeper", "administrator" } },
  { "schedule.list", from = { "staff", "archive_keeper", "importer", "administrator" } },
  { "report.run",    from = { "supervisor", "administrator" } },
  { "policy.info",   from = { "staff", "administrator" } },
  { { "policy.reload", "clock.advance", "account.token", "notice.list", "store.stat" }, from = "administrator" },
  { "import.run",    from = { "importer", "administrator" } },
  { "backup.create", from = "maintainer" },                 -- and nothing else for a maintainer
}
