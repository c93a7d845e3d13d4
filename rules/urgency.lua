-- Rule book 4: urgent by the nature of the complaint and the situation.
return {
  decision "complaint.urgency" {
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
  },
  view "urgent_complaints" {
    title = { en = "Open urgent complaints", zh = "未结紧急投诉" }, of = "complaint", order = "id",
    where = { priority = { "urgent", "high" }, state = { except = { "closed", "archived", "withdrawn", "explained" } } },
    columns = { "number", "state", "customer.name", "customer_tier", "problem", "department", "priority", "handler", "opened_at" },
  },
}
