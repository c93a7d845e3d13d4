-- Who is a key, a quality, an ordinary customer.
return {
  test "a million a year makes a key customer" { steps = {
    { decide "customer.tier" { revenue_year = "1000000.00", years = 0, claim_ratio = 0.5, brand = false }, expect = { tier = "key", rule = "key_by_revenue" } },
    { decide "customer.tier" { revenue_year = "999999.99", years = 0, claim_ratio = 0.5, brand = false }, expect = { tier = "ordinary" } },
  } },
  test "a known brand is key from three hundred thousand" { steps = {
    { decide "customer.tier" { revenue_year = "300000.00", years = 0, claim_ratio = 0.5, brand = true }, expect = { tier = "key", rule = "key_by_brand" } },
    { decide "customer.tier" { revenue_year = "299999.99", years = 0, claim_ratio = 0.5, brand = true }, expect = { tier = "ordinary" } },
    { decide "customer.tier" { revenue_year = "300000.00", years = 0, claim_ratio = 0.5, brand = false }, expect = { tier = "ordinary" } },
  } },
  test "three years with nearly no claims make a quality customer" { steps = {
    { decide "customer.tier" { revenue_year = "0.00", years = 3, claim_ratio = 0.05, brand = false }, expect = { tier = "quality", rule = "quality_by_history" } },
    { decide "customer.tier" { revenue_year = "0.00", years = 2, claim_ratio = 0, brand = false }, expect = { tier = "ordinary" } },
    { decide "customer.tier" { revenue_year = "0.00", years = 9, claim_ratio = 0.06, brand = false }, expect = { tier = "ordinary", rule = "everyone_else" } },
  } },
  test "revenue counts before history" { steps = {
    { decide "customer.tier" { revenue_year = "2000000.00", years = 8, claim_ratio = 0, brand = true }, expect = { tier = "key", rule = "key_by_revenue" } },
  } },
}
