-- Somebody hurt, or data disclosed, is hardship; a refused claim and the ombudsman are never left lying.
return {
  decision "complaint.urgency" {
    title = { en = "How urgent a complaint is" },
    owner = "group complaints office",
    input  = { problem = problems, channel = channels, injury = boolean, press = boolean },
    output = { urgency = urgencies },
    hit = "first",
    rows = {
      { id = "someone_hurt",   injury = true,             urgency = "hardship" },
      { id = "data_disclosed", problem = "data_breach",   urgency = "hardship" },
      { id = "in_the_press",   press = true,              urgency = "high" },
      { id = "ombudsman",      channel = "ombudsman",     urgency = "high" },
      { id = "refused",        problem = "claim_refused", urgency = "high" },
      { id = "everything_else",                           urgency = "normal" },
    },
  },
  view "urgent_complaints" {
    title = { en = "Open cases of hardship" }, of = "complaint", order = "id",
    where = { priority = "hardship", state = { except = { "closed", "archived", "withdrawn", "explained" } } },
    columns = { "number", "state", "customer.name", "problem", "department", "handler", "opened_at" },
  },
}
