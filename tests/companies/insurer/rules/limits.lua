-- The regulator's clock: an answer within five business days, the whole case within forty. Hardship runs faster than either.
return {
  decision "complaint.answer_limit" {
    title = { en = "Until a new complaint is verified" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "hardship", urgency = "hardship", limit = "2 hours" },
      { id = "high",     urgency = "high",     limit = "1 business day" },
      { id = "normal",   urgency = "normal",   limit = "5 business days" },
    },
  },
  decision "complaint.step_limit" {
    title = { en = "For one step, until the team leader is told" }, owner = "group complaints office",
    input = { urgency = urgencies, track = tracks }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "hardship", urgency = "hardship", limit = "3 hours" },
      { id = "fast",     track = "green",      limit = "1 business day" },
      { id = "others",                         limit = "4 business days" },
    },
  },
  decision "complaint.head_limit" {
    title = { en = "For one step, until the claims manager is told" }, owner = "group complaints office",
    input = { urgency = urgencies, track = tracks }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "hardship", urgency = "hardship", limit = "1 business day" },
      { id = "fast",     track = "green",      limit = "3 business days" },
      { id = "others",                         limit = "8 business days" },
    },
  },
  decision "complaint.total_limit" {
    title = { en = "For the whole case" }, owner = "group complaints office",
    input = { urgency = urgencies, problem = problems }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "hardship", urgency = "hardship",                       limit = "10 business days" },
      { id = "cover",    problem = { "cover", "advice" },            limit = "40 business days" },
      { id = "others",                                               limit = "20 business days" },
    },
  },
  decision "complaint.callback_limit" {
    title = { en = "From the answer to the follow-up" }, owner = "follow-up",
    input = { tier = tiers }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "platinum", tier = "platinum",             limit = "3 business days" },
      { id = "others",   tier = { "gold", "standard" }, limit = "8 business days" },
    },
  },
  decision "incident.limit" {
    title = { en = "For the whole incident" }, owner = "service desk",
    input = { priority = incident_priorities }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "critical", priority = "critical", limit = "2 hours" },
      { id = "high",     priority = "high",     limit = "1 day" },
      { id = "moderate", priority = "moderate", limit = "5 days" },
      { id = "low",      priority = "low",      limit = "20 days" },
    },
  },
}
