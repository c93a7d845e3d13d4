-- How long each step may take.
return {
  test "a new complaint is verified within four service hours, an urgent one within one" { steps = {
    { decide "complaint.answer_limit" { urgency = "normal" }, expect = { limit = "4 hours" } },
    { decide "complaint.answer_limit" { urgency = "high" },   expect = { limit = "2 hours" } },
    { decide "complaint.answer_limit" { urgency = "urgent" }, expect = { limit = "1 hour" } },
  } },
  test "a step takes two business days, one for key customers, four hours where it is urgent" { steps = {
    { decide "complaint.step_limit" { urgency = "normal", tier = "quality" }, expect = { limit = "2 business days", rule = "others" } },
    { decide "complaint.step_limit" { urgency = "high",   tier = "key" },     expect = { limit = "1 business day", rule = "key" } },
    { decide "complaint.step_limit" { urgency = "urgent", tier = "key" },     expect = { limit = "4 hours", rule = "urgent" } },
  } },
  test "the head is told after twice that time" { steps = {
    { decide "complaint.head_limit" { urgency = "normal", tier = "ordinary" }, expect = { limit = "4 business days", rule = "others" } },
    { decide "complaint.head_limit" { urgency = "high",   tier = "key" },      expect = { limit = "2 business days", rule = "key" } },
    { decide "complaint.head_limit" { urgency = "urgent", tier = "ordinary" }, expect = { limit = "1 business day", rule = "urgent" } },
  } },
  test "a whole case takes ten business days, hard ones twenty, key customers never wait more than five" { steps = {
    { decide "complaint.total_limit" { tier = "ordinary", problem = "billing" },   expect = { limit = "10 business days", rule = "others" } },
    { decide "complaint.total_limit" { tier = "quality",  problem = "technical" }, expect = { limit = "20 business days", rule = "hard" } },
    { decide "complaint.total_limit" { tier = "ordinary", problem = "contract" },  expect = { limit = "20 business days", rule = "hard" } },
    { decide "complaint.total_limit" { tier = "key",      problem = "technical" }, expect = { limit = "5 business days", rule = "key" } },
  } },
  test "a callback follows within five business days, two for key customers" { steps = {
    { decide "complaint.callback_limit" { tier = "key" },      expect = { limit = "2 business days" } },
    { decide "complaint.callback_limit" { tier = "ordinary" }, expect = { limit = "5 business days" } },
    { decide "complaint.callback_limit" { tier = "quality" },  expect = { limit = "5 business days" } },
  } },
  test "an incident's time goes by its priority" { steps = {
    { decide "incident.limit" { priority = "critical" }, expect = { limit = "4 hours" } },
    { decide "incident.limit" { priority = "high" },     expect = { limit = "8 hours" } },
    { decide "incident.limit" { priority = "moderate" }, expect = { limit = "3 days" } },
    { decide "incident.limit" { priority = "low" },      expect = { limit = "10 days" } },
  } },
}
