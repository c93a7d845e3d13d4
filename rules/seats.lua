-- Rule book 3: a complaint is answered by the seat (专席) for its customer and its problem. Until it is handed over there, who took
-- it in answers for it (首问负责). `group` is the seat's group in the organisation, `role` what the person there must be at least.
return decision "complaint.seat" {
  title = { en = "Which seat answers a complaint", zh = "投诉专席" },
  owner = "customer service management",
  input  = { tier = tiers, problem = problems },
  output = { seat = seats, group = text, role = roles },
  hit = "first",
  rows = {
    { id = "data_disclosed", problem = "privacy",                               seat = "privacy",   group = "privacy",   role = "supervisor" },
    { id = "key_hard",       tier = "key", problem = { "technical", "contract" }, seat = "key",      group = "key",       role = "supervisor" },
    { id = "key",            tier = "key",                                      seat = "key",       group = "key",       role = "handler" },
    { id = "technical",      problem = { "technical", "quality" },              seat = "technical", group = "technical", role = "handler" },
    { id = "contract",       problem = "contract",                              seat = "contracts", group = "contracts", role = "handler" },
    { id = "everything_else",                                                   seat = "front",     group = "g1",        role = "handler" },
  },
}
