-- Rule book 2: whose dossiers are verified anew every month (scripts/customer_change.lua: customer_review).
return {
  schedule "customer_reverification" {
    title = { en = "Monthly re-verification of key customers' dossiers", zh = "重点客户档案月度核实" },
    rule = "FREQ=MONTHLY;BYDAY=1WE", at = "09:00", on = "service_hours",
    each = "customer", where = { tier = "key", state = "active" }, start = "customer_review", link = "customer",
    owner = "customer service management",
  },
  view "dossiers_to_verify" {
    title = { en = "Dossiers not verified since the month began", zh = "本月未核实的客户档案" }, of = "customer", params = { tier = tiers { default = "key" } },
    where = { tier = "$tier", state = "active", verified_on = { to = "$month" } }, columns = { "number", "name", "tier", "verified_on", "handler", "unit" },
  },
}
