-- What a role may give without asking, in euro. A settlement is a claims manager's matter, whoever the policyholder is.
return decision "remedy.limit" {
  title = { en = "What a role may give by itself" },
  owner = "group complaints office",
  input  = { remedy = remedies, role = roles, tier = tiers },
  output = { limit = money },
  hit = "unique",
  rows = {
    { id = "goodwill_adviser",  remedy = "goodwill", role = "handler", tier = { "platinum", "gold" }, limit = "75.00" },
    { id = "goodwill_adviser_standard", remedy = "goodwill", role = "handler", tier = "standard",     limit = "40.00" },
    { id = "goodwill_leader",   remedy = "goodwill", role = "supervisor",          limit = "250.00" },
    { id = "goodwill_manager",  remedy = "goodwill", role = "head_of_department",  limit = "1000.00" },
    { id = "goodwill_above",    remedy = "goodwill", role = { "branch_manager", "headquarters_centre" }, limit = "5000.00" },

    { id = "interest_adviser",  remedy = "late_interest", role = "handler",    limit = "150.00" },
    { id = "interest_leader",   remedy = "late_interest", role = "supervisor", limit = "1500.00" },
    { id = "interest_above",    remedy = "late_interest", role = { "head_of_department", "branch_manager", "headquarters_centre" }, limit = "unlimited" },

    { id = "premium_adviser",   remedy = "premium_refund", role = "handler",    limit = "400.00" },
    { id = "premium_leader",    remedy = "premium_refund", role = "supervisor", limit = "4000.00" },
    { id = "premium_above",     remedy = "premium_refund", role = { "head_of_department", "branch_manager", "headquarters_centre" }, limit = "unlimited" },

    { id = "settlement_manager",  remedy = "settlement", role = "head_of_department",  limit = "15000.00" },
    { id = "settlement_director", remedy = "settlement", role = "branch_manager",      limit = "150000.00" },
    { id = "settlement_group",    remedy = "settlement", role = "headquarters_centre", limit = "unlimited" },

    { id = "repair_leader", remedy = "repair_in_kind", role = "supervisor", limit = "2500.00" },
    { id = "repair_above",  remedy = "repair_in_kind", role = { "head_of_department", "branch_manager", "headquarters_centre" }, limit = "50000.00" },

    { id = "apology", remedy = "apology", limit = "unlimited" },
  },
  otherwise = { limit = "0.00" },
}
