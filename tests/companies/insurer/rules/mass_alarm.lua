-- After a storm three hundred refused claims are weather; three disclosures are an incident.
return decision "mass_alarm.rule" {
  title = { en = "Mass complaint warning" },
  owner = "group complaints office",
  input  = { problem = problems },
  output = { raise_at = integer, ebb_below = integer, look_every = duration },
  hit = "first",
  rows = {
    { id = "data_disclosed", problem = "data_breach",                     raise_at = 2, ebb_below = 1, look_every = "1 hour" },
    { id = "after_a_storm",  problem = { "claim_delay", "claim_amount" }, raise_at = 8, ebb_below = 4, look_every = "6 hours" },
    { id = "others",                                                      raise_at = 4, ebb_below = 2, look_every = "4 hours" },
  },
}
