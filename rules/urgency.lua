-- Rule book 4: urgent by the nature of the complaint and the situation.
return decision "complaint.urgency" {
  title = { en = "How urgent a complaint is", zh = "投诉紧急程度" },
  owner = "customer service management",
  input  = { problem = problems, tier = tiers, injury = boolean, press = boolean },
  output = { urgency = urgencies },
  hit = "first",
  rows = {
    { id = "someone_hurt",   injury = true,       urgency = "urgent" },
    { id = "in_the_press",   press = true,        urgency = "urgent" },
    { id = "data_disclosed", problem = "privacy", urgency = "urgent" },
    { id = "key_customer",   tier = "key",        urgency = "high" },
    { id = "everything_else",                     urgency = "normal" },
  },
}
