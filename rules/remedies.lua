-- Rule book 5: what a role may grant without asking. Above it, the next role up that may. The amounts are the company's choice.
return decision "remedy.limit" {
  title = { en = "What a role may grant by itself", zh = "各级授权额度" },
  owner = "customer service management",
  input  = { remedy = remedies, role = roles, tier = tiers },
  output = { limit = money },
  hit = "unique",
  rows = {
    { id = "refund_handler_ordinary", remedy = "refund", role = "handler", tier = "ordinary", limit = "100.00" },
    { id = "refund_handler_quality",  remedy = "refund", role = "handler", tier = "quality",  limit = "200.00" },
    { id = "refund_handler_key",      remedy = "refund", role = "handler", tier = "key",      limit = "500.00" },
    { id = "refund_supervisor", remedy = "refund", role = "supervisor",          limit = "2000.00" },
    { id = "refund_head",       remedy = "refund", role = "head_of_department",  limit = "10000.00" },
    { id = "refund_branch",     remedy = "refund", role = "branch_manager",      limit = "100000.00" },
    { id = "refund_centre",     remedy = "refund", role = "headquarters_centre", limit = "unlimited" },

    { id = "return_handler",    remedy = "return", role = "handler",             limit = "300.00" },
    { id = "return_supervisor", remedy = "return", role = "supervisor",          limit = "3000.00" },
    { id = "return_head",       remedy = "return", role = "head_of_department",  limit = "20000.00" },
    { id = "return_above",      remedy = "return", role = { "branch_manager", "headquarters_centre" }, limit = "unlimited" },

    -- a handler promises no compensation: it may be read as admitting fault
    { id = "compensation_supervisor_key",   remedy = "compensation", role = "supervisor", tier = "key",     limit = "1000.00" },
    { id = "compensation_supervisor_other", remedy = "compensation", role = "supervisor", tier = "not key", limit = "500.00" },
    { id = "compensation_head",   remedy = "compensation", role = "head_of_department",  limit = "5000.00" },
    { id = "compensation_branch", remedy = "compensation", role = "branch_manager",      limit = "50000.00" },
    { id = "compensation_centre", remedy = "compensation", role = "headquarters_centre", limit = "unlimited" },

    { id = "gift_handler_key",   remedy = "gift", role = "handler", tier = "key",     limit = "200.00" },
    { id = "gift_handler_other", remedy = "gift", role = "handler", tier = "not key", limit = "50.00" },
    { id = "gift_supervisor",    remedy = "gift", role = "supervisor",                limit = "500.00" },
    { id = "gift_above",         remedy = "gift", role = { "head_of_department", "branch_manager", "headquarters_centre" }, limit = "5000.00" },

    { id = "problem_handling", remedy = "problem_handling", limit = "unlimited" },
    { id = "apology",          remedy = "apology",          limit = "unlimited" },   -- written, in any role's power
  },
  otherwise = { limit = "0.00" },             -- who is not listed may grant nothing
}
