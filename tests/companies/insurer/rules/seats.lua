-- Claims to the adjusters, data to the officer, platinum to the private clients' desk, all else to the first line.
return decision "complaint.seat" {
  title = { en = "Which desk answers a complaint" },
  owner = "group complaints office",
  input  = { tier = tiers, problem = problems },
  output = { seat = seats, group = text, role = roles },
  hit = "first",
  rows = {
    { id = "data_disclosed", problem = "data_breach",                                         seat = "data_officer",    group = "first",     role = "supervisor" },
    { id = "platinum",       tier = "platinum",                                               seat = "private_clients", group = "private",   role = "handler" },
    { id = "claims",         problem = { "claim_refused", "claim_delay", "claim_amount" },    seat = "adjusters",       group = "adjusters", role = "handler" },
    { id = "everything_else",                                                                 seat = "first_line",      group = "first",     role = "handler" },
  },
}
