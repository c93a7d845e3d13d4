-- Platinum goes by premium, gold by years and a low claim ratio. Who does not keep contracts is a plain policyholder.
return decision "customer.tier" {
  title = { en = "Tier by premium and history" },
  owner = "distribution",
  input  = { revenue_year = money, years = integer, claim_ratio = number, fallen = boolean },
  output = { tier = tiers },
  hit = "first",
  rows = {
    { id = "fallen", fallen = true,                                  tier = "standard" },
    { id = "platinum_by_premium", revenue_year = ">= 25000.00",      tier = "platinum" },
    { id = "gold_by_premium",     revenue_year = ">= 6000.00",       tier = "gold" },
    { id = "gold_by_history", years = ">= 10", claim_ratio = "<= 0.30", tier = "gold" },
    { id = "everyone_else",                                          tier = "standard" },
  },
}
