-- A policyholder trades once a year, at the renewal: other steps than a shop's.
return {
  decision "customer.stage" {
    title = { en = "Lifecycle stage by renewals" }, owner = "distribution",
    input  = { trades = integer, trades_year = integer },
    output = { stage = customer_stages, advice = text },
    hit = "first",
    rows = {
      { id = "no_policy", trades = 0,                       stage = "potential", advice = "Send the broker with a quote" },
      { id = "lapsed",    trades = ">= 1", trades_year = 0, stage = "dormant",   advice = "Ask who insures them now, and why" },
      { id = "first",     trades = 1,                       stage = "new",       advice = "Explain how to make a claim, before there is one" },
      { id = "mature",    trades = ">= 5",                  stage = "loyal",     advice = "Review the cover; do not only renew it" },
      { id = "several",                                     stage = "regular",   advice = "Call six weeks before the renewal" },
    },
  },
  decision "customer.protection" {            -- everybody's bank details are important here
    title = { en = "Protection of policyholders" }, owner = "records office",
    input = { tier = tiers }, output = { by_application = boolean, first_contact = duration }, hit = "first",
    rows = {
      { id = "platinum", tier = "platinum", by_application = true, first_contact = "7 days" },
      { id = "others",                      by_application = true, first_contact = "21 days" },
    },
  },
  decision "customer.service_standard" {
    title = { en = "Service standard by tier" }, owner = "distribution",
    input  = { tier = tiers },
    output = { items = list_of(service_items), visit_days = integer, contact_by = roles, complaint_rule = text },
    hit = "unique",
    rows = {
      { tier = "platinum", items = { "underwriting", "claims", "loss_prevention", "consulting", "extras" },
        visit_days = 90,  contact_by = "head_of_department", complaint_rule = "an adjuster of their own" },
      { tier = "gold",     items = { "underwriting", "claims", "loss_prevention" },
        visit_days = 180, contact_by = "supervisor", complaint_rule = "the same clocks as everybody" },
      { tier = "standard", items = { "claims" },
        visit_days = 365, contact_by = "handler", complaint_rule = "the same clocks as everybody" },
    },
  },
}
