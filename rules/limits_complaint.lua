-- Rule book 3 and 4: the limits beside the steps: staged answers, corrections, the engineer's arrival, the last rung.
-- How long each step itself may take is in limits.lua. Hours are service hours; the figures are the company's.
return {
  decision "complaint.headquarters_limit" {
    title = { en = "After the whole time, until headquarters is told", zh = "全案超时后报总部的时限" },
    owner = "customer service management",
    input = { urgency = urgencies, tier = tiers }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent", urgency = "urgent", limit = "4 hours" },
      { id = "key",    tier = "key",       limit = "1 business day" },
      { id = "others",                     limit = "3 business days" },
    },
  },
  decision "complaint.stage_limit" {
    title = { en = "Until the customer of a long case hears how it stands", zh = "阶段性答复间隔" },
    owner = "customer service management",
    input = { tier = tiers }, output = { limit = duration }, hit = "unique",
    rows = {
      { id = "key",      tier = "key",      limit = "2 business days" },
      { id = "quality",  tier = "quality",  limit = "3 business days" },
      { id = "ordinary", tier = "ordinary", limit = "5 business days" },
    },
  },
  decision "correction.limit" {
    title = { en = "At once: until the correction is reported", zh = "立即整改时限" },
    owner = "quality office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "grave",   severity = "grave",   limit = "4 hours" },
      { id = "others",                        limit = "1 business day" },
    },
  },
  decision "correction.explain_limit" {
    title = { en = "Until the head has explained to the customer", zh = "负责人向客户说明时限" },
    owner = "quality office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "grave",   severity = "grave",   limit = "4 hours" },
      { id = "others",                        limit = "1 business day" },
    },
  },
  decision "correction.second_limit" {
    title = { en = "For either, until the branch is told", zh = "整改与说明超时报分公司" },
    owner = "quality office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "grave",   severity = "grave",   limit = "1 business day" },
      { id = "others",                        limit = "3 business days" },
    },
  },
  decision "site_visit.arrival_limit" {
    title = { en = "Until the engineer is with the customer", zh = "工程师到达时限" },
    owner = "customer service management",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent", priority = "urgent", limit = "2 hours" },
      { id = "high",   priority = "high",   limit = "4 hours" },
      { id = "others",                      limit = "1 business day" },
    },
  },
}
