-- How long we wait for policyholders: papers take time, and hardship has none.
return {
  decision "complaint.customer_limit" {
    title = { en = "For the policyholder's answer, until the case is closed" }, owner = "group complaints office",
    input = { problem = problems }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "papers", problem = { "claim_refused", "claim_amount" }, limit = "30 days" },      -- an expert's report
      { id = "others",                                                limit = "14 days" },
    },
  },
  decision "complaint.return_limit" {
    title = { en = "In which a policyholder may come back" }, owner = "group complaints office",
    input = { tier = tiers }, output = { limit = duration }, hit = "first", rows = { { id = "everyone", limit = "60 days" } },
  },
  decision "complaint.summary_limit" {
    title = { en = "For the summary" }, owner = "group complaints office",
    input = { tier = tiers }, output = { limit = duration }, hit = "first", rows = { { id = "everyone", limit = "10 business days" } },
  },
  decision "complaint.filing_limit" {
    title = { en = "For the archive" }, owner = "archive",
    input = { tier = tiers }, output = { limit = duration }, hit = "first", rows = { { id = "everyone", limit = "20 business days" } },
  },
  decision "complaint.stage_grace" {
    title = { en = "From a staged answer that is due to one that is missed" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", urgency = "hardship", limit = "4 hours" }, { id = "others", limit = "2 business days" } },
  },
  decision "callback.total_limit" {
    title = { en = "For a follow-up from plan to record" }, owner = "follow-up",
    input = { tier = tiers }, output = { limit = duration }, hit = "first", rows = { { id = "everyone", limit = "30 days" } },
  },
  decision "callback.letter_limit" {
    title = { en = "For the answer to a follow-up letter" }, owner = "follow-up",
    input = { tier = tiers }, output = { limit = duration }, hit = "first", rows = { { id = "everyone", limit = "21 days" } },
  },
}
