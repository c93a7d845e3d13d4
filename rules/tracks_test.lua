-- What was once written into the workflows, and is the company's to say.
return {
  test "key customers go through the green channel at once, the others where it is opened for them" {
    when = decide "complaint.track" {},
    cases = { { tier = "key", expect = { track = "green" } }, { tier = "quality", expect = { track = "normal" } }, { tier = "ordinary", expect = { track = "normal" } } },
  },
  test "an urgent case is watched, whoever opened the green channel" {
    when = decide "complaint.fast_track" {},
    cases = {
      { urgency = "urgent", expect = { track = "green", watched = true } }, { urgency = "high", expect = { track = "green", watched = false } },
      { urgency = "normal", expect = { track = "green", watched = false } },
    },
  },
  test "a disclosure is a verified one by a person" {
    when = decide "complaint.disclosure" {},
    cases = {
      { problem = "privacy", ground = "sufficient",   cause_kind = "person", expect = { disclosed = true } },
      { problem = "privacy", ground = "insufficient", cause_kind = "person", expect = { disclosed = false } },
      { problem = "privacy", ground = "sufficient",   cause_kind = "team",   expect = { disclosed = false } },
      { problem = "billing", ground = "sufficient",   cause_kind = "person", expect = { disclosed = false } },
    },
  },
  test "a proposed penalty is a finding, none is not" {
    when = decide "penalty.due" {},
    cases = { { penalty = "none", expect = { due = false } }, { penalty = "reminder", expect = { due = true } }, { penalty = "transfer_post", expect = { due = true } } },
  },
  test "a head explains what the whole team has caused" {
    when = decide "correction.explained" {},
    cases = { { cause_kind = "team", expect = { head_explains = true } }, { cause_kind = "person", expect = { head_explains = false } } },
  },
  test "a callback opens a complaint by the way that it was made" {
    when = decide "callback.complaint" {},
    cases = {
      { channel = "phone", expect = { received_by = "phone", about = "service" } }, { channel = "sms",    expect = { received_by = "phone" } },
      { channel = "email", expect = { received_by = "email" } },                    { channel = "letter", expect = { received_by = "letter" } },
      { channel = "visit", expect = { received_by = "visit" } },
    },
  },
  test "only key customers' important data is changed by application" {
    when = decide "customer.protection" {},
    cases = {
      { tier = "key", expect = { by_application = true, first_contact = "30 days" } }, { tier = "quality", expect = { by_application = false } },
      { tier = "ordinary", expect = { by_application = false, first_contact = "30 days" } },
    },
  },
  test "how long we wait for customers and papers" { steps = {
    { decide "complaint.customer_limit" { tier = "ordinary" }, expect = { limit = "10 days" } },
    { decide "complaint.return_limit"   { tier = "ordinary" }, expect = { limit = "30 days" } },
    { decide "complaint.summary_limit"  { tier = "ordinary" }, expect = { limit = "5 business days" } },
    { decide "complaint.filing_limit"   { tier = "ordinary" }, expect = { limit = "10 business days" } },
    { decide "complaint.stage_grace"    { tier = "ordinary" }, expect = { limit = "1 business day" } },
    { decide "callback.total_limit"     { tier = "ordinary" }, expect = { limit = "45 days" } },
    { decide "callback.letter_limit"    { tier = "ordinary" }, expect = { limit = "15 days" } },
  } },
}
