-- Gold and platinum policyholders' dossiers are verified twice a year.
return {
  schedule "customer_reverification" {
    title = { en = "Half-yearly re-verification of dossiers" },
    rule = "FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=1", at = "09:00", on = "claims_office",
    each = "customer", where = { tier = { "platinum", "gold" }, state = "active" }, start = "customer_review", link = "customer",
    owner = "distribution",
  },
  view "dossiers_to_verify" {
    title = { en = "Dossiers not verified since the year began" }, of = "customer", params = { tier = tiers { default = "platinum" } },
    where = { tier = "$tier", state = "active", verified_on = { to = "$year" } }, columns = { "number", "name", "tier", "verified_on", "handler", "unit" },
  },
}
