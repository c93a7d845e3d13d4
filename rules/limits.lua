-- Rule book 3 and 4: how long each step may take before the case climbs. Hours are service hours; the figures are the company's.
return {
  decision "complaint.answer_limit" {
    title = { en = "Until a new complaint is verified", zh = "受理后核实时限" },
    owner = "customer service management",
    input = { urgency = urgencies }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "urgent", urgency = "urgent", limit = "1 hour" },
      { id = "high",   urgency = "high",   limit = "2 hours" },
      { id = "normal", urgency = "normal", limit = "4 hours" },     -- rule book 3: answered within 4 hours
    },
  },
  decision "complaint.step_limit" {
    title = { en = "For one step, until the supervisor is told", zh = "单步时限(报主管)" },
    owner = "customer service management",
    input = { urgency = urgencies, track = tracks, tier = tiers }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent",   urgency = "urgent", limit = "4 hours" },
      { id = "green",    track = "green",    limit = "1 business day" },       -- the green channel, for whomever it was opened
      { id = "key",      tier = "key",       limit = "1 business day" },
      { id = "others",                       limit = "2 business days" },
    },
  },
  decision "complaint.head_limit" {
    title = { en = "For one step, until the head is told", zh = "单步时限(报部门负责人)" },
    owner = "customer service management",
    input = { urgency = urgencies, track = tracks, tier = tiers }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent",   urgency = "urgent", limit = "1 business day" },
      { id = "green",    track = "green",    limit = "2 business days" },
      { id = "key",      tier = "key",       limit = "2 business days" },
      { id = "others",                       limit = "4 business days" },
    },
  },
  decision "complaint.total_limit" {
    title = { en = "For the whole case, until branch and headquarters are told", zh = "全案时限(报分公司与总部)" },
    owner = "customer service management",
    input = { tier = tiers, problem = problems }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "key",    tier = "key",                            limit = "5 business days" },
      { id = "hard",   problem = { "technical", "contract" },   limit = "20 business days" },
      { id = "others",                                          limit = "10 business days" },
    },
  },
  decision "complaint.callback_limit" {
    title = { en = "From the answer to the callback", zh = "反馈后回访时限" },
    owner = "callback centre",
    input = { tier = tiers }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "key",    tier = "key",     limit = "2 business days" },
      { id = "others", tier = "not key", limit = "5 business days" },
    },
  },
  decision "incident.limit" {
    title = { en = "For the whole incident", zh = "服务台事件时限" },
    owner = "service desk",
    input = { priority = incident_priorities }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "critical", priority = "critical", limit = "4 hours" },
      { id = "high",     priority = "high",     limit = "8 hours" },
      { id = "moderate", priority = "moderate", limit = "3 days" },
      { id = "low",      priority = "low",      limit = "10 days" },
    },
  },
}
