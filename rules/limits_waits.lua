-- How long we wait for the customer, for the papers and for a second thought, before the case goes on by itself. The steps are in limits.lua.
return {
  decision "complaint.customer_limit" {
    title = { en = "For the customer's answer, until the case is closed", zh = "待客户补充时限" }, owner = "customer service management",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "10 days" } },
  },
  decision "complaint.return_limit" {
    title = { en = "In which a customer may come back, until the file is archived", zh = "可重开时限" }, owner = "customer service management",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "30 days" } },
  },
  decision "complaint.summary_limit" {
    title = { en = "For the summary", zh = "总结时限" }, owner = "customer service management",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "5 business days" } },
  },
  decision "complaint.filing_limit" {
    title = { en = "For the archive", zh = "归档时限" }, owner = "centre's archive keeper",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "10 business days" } },
  },
  decision "complaint.stage_grace" {
    title = { en = "From a staged answer that is due to one that is missed", zh = "阶段性答复宽限" }, owner = "customer service management",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "1 business day" } },
  },
  decision "callback.total_limit" {
    title = { en = "For a callback from plan to record", zh = "回访全程时限" }, owner = "callback centre",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "45 days" } },
  },
  decision "callback.letter_limit" {
    title = { en = "For the answer to a callback letter", zh = "回访函回复时限" }, owner = "callback centre",
    input = { tier = tiers }, output = { limit = duration }, hit = "first",
    rows = { { id = "everyone", limit = "15 days" } },
  },
}
