-- Rule book 2: key = a notable share of our revenue or a known brand; quality = three years with (nearly) no claims.
return decision "customer.tier" {
  title = { en = "Customer tier by revenue and history", zh = "按收入与历史划分客户层级" },
  owner = "customer service management",
  input  = { revenue_year = money, years = integer, claim_ratio = number, brand = boolean, fallen = boolean },
  output = { tier = tiers },
  hit = "first",
  rows = {
    { id = "fallen", fallen = true,                                             tier = "ordinary" },   -- rule book 8: the privileges are lost
    { id = "key_by_revenue",     revenue_year = ">= 1000000.00",                tier = "key" },
    { id = "key_by_brand",       revenue_year = ">= 300000.00", brand = true,   tier = "key" },
    { id = "quality_by_history", years = ">= 3", claim_ratio = "<= 0.05",       tier = "quality" },
    { id = "everyone_else",                                                     tier = "ordinary" },
  },
}
