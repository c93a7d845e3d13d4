-- What is urgent whatever the customer, and what is high because of the customer.
return {
  test "somebody hurt is urgent" { steps = {
    { decide "complaint.urgency" { problem = "quality", tier = "ordinary", injury = true, press = false }, expect = { urgency = "urgent", rule = "someone_hurt" } },
  } },
  test "what is in the press is urgent" { steps = {
    { decide "complaint.urgency" { problem = "billing", tier = "key", injury = false, press = true }, expect = { urgency = "urgent", rule = "in_the_press" } },
  } },
  test "disclosed data are urgent" { steps = {
    { decide "complaint.urgency" { problem = "privacy", tier = "ordinary", injury = false, press = false }, expect = { urgency = "urgent", rule = "data_disclosed" } },
  } },
  test "a key customer's complaint is high" { steps = {
    { decide "complaint.urgency" { problem = "billing", tier = "key", injury = false, press = false }, expect = { urgency = "high", rule = "key_customer" } },
  } },
  test "everything else is normal" { steps = {
    { decide "complaint.urgency" { problem = "service", tier = "quality", injury = false, press = false }, expect = { urgency = "normal", rule = "everything_else" } },
  } },
}
