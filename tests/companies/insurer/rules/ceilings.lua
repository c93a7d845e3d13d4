-- What a month may cost, in euro. A claim that is settled counts as well: it would have been paid anyway, but not by complaint.
return {
  decision "remedy.person_month" {
    title = { en = "What one person may give in a month" },
    owner = "group complaints office",
    input = { role = roles }, output = { limit = money }, hit = "unique",
    rows = {
      { id = "adviser_month",  role = "handler",             limit = "900.00" },
      { id = "leader_month",   role = "supervisor",          limit = "9000.00" },
      { id = "manager_month",  role = "head_of_department",  limit = "60000.00" },
      { id = "director_month", role = "branch_manager",      limit = "400000.00" },
      { id = "group_month",    role = "headquarters_centre", limit = "unlimited" },
    },
    otherwise = { limit = "0.00" },
  },
  decision "remedy.unit_month" {
    title = { en = "What a claims office's complaints may cost in a month" },
    owner = "finance",
    input = { role = roles }, output = { limit = money }, hit = "unique",
    rows = {
      { id = "office_month",   role = { "handler", "supervisor", "head_of_department" }, limit = "80000.00" },
      { id = "region_month",   role = "branch_manager",                                  limit = "500000.00" },
      { id = "no_end",         role = "headquarters_centre",                             limit = "unlimited" },
    },
    otherwise = { limit = "0.00" },
  },
  decision "remedy.pays" {
    title = { en = "Which remedies are money to the policyholder's account" },
    owner = "finance",
    input = { remedy = remedies }, output = { pays = boolean }, hit = "unique",
    rows = {
      { id = "money",    remedy = { "settlement", "late_interest", "premium_refund", "goodwill" }, pays = true },
      { id = "no_money", remedy = { "repair_in_kind", "apology" },                                 pays = false },
    },
    otherwise = { pays = false },
  },
}
