-- Rule book 5: not only each remedy has its limit, what one grants in a month has one as well. What is above goes up like what is above
-- one's authority (rules/authority.lua, `ceilings`). What was granted counts in its month, also where it was taken back
-- later, and in the month of whose right it was; a campaign has it back (its ledger, rules/ledgers.lua).
return {
  decision "remedy.person_month" {
    title = { en = "What one person may grant in a month", zh = "个人月度授权上限" },
    owner = "customer service management",
    input = { role = roles }, output = { limit = money }, hit = "unique",
    rows = {
      { id = "handler_month",    role = "handler",             limit = "2000.00" },
      { id = "supervisor_month", role = "supervisor",          limit = "20000.00" },
      { id = "head_month",       role = "head_of_department",  limit = "100000.00" },
      { id = "branch_month",     role = "branch_manager",      limit = "500000.00" },
      { id = "centre_month",     role = "headquarters_centre", limit = "unlimited" },
    },
    otherwise = { limit = "0.00" },
  },
  decision "remedy.unit_month" {              -- the higher one stands, the further one may let a unit go
    title = { en = "What a unit's complaints may cost in a month", zh = "机构月度补救上限" },
    owner = "finance",
    input = { role = roles }, output = { limit = money }, hit = "unique",
    rows = {
      { id = "unit_month",        role = { "handler", "supervisor", "head_of_department" }, limit = "50000.00" },
      { id = "unit_month_branch", role = "branch_manager",                                  limit = "300000.00" },
      { id = "unit_month_centre", role = "headquarters_centre",                             limit = "unlimited" },
    },
    otherwise = { limit = "0.00" },
  },
  decision "remedy.pays" {
    title = { en = "Which remedies are money to the customer's account", zh = "哪些补救方式记入客户账" },
    owner = "finance",
    input = { remedy = remedies }, output = { pays = boolean }, hit = "unique",
    rows = {
      { id = "money",    remedy = { "refund", "return", "compensation" },       pays = true },
      { id = "no_money", remedy = { "gift", "problem_handling", "apology" },    pays = false },
    },
    otherwise = { pays = false },
  },
}
