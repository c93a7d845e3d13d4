-- Rule book 4: how many of a kind make a mass complaint, when it has ebbed, and how often the alarm looks. All in 24 hours, by department
-- and problem; the figures are the company's (five is ours).
return decision "mass_alarm.rule" {
  title = { en = "Mass complaint warning", zh = "批量投诉预警标准" },
  owner = "customer service management",
  input  = { problem = problems },
  output = { raise_at = integer, ebb_below = integer, look_every = duration },
  hit = "first",
  rows = {
    { id = "data_disclosed", problem = "privacy", raise_at = 2, ebb_below = 1, look_every = "1 hour" },
    { id = "others",                              raise_at = 5, ebb_below = 3, look_every = "4 hours" },
  },
}
