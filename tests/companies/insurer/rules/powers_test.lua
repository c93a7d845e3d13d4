-- Who is who at Atlantic Mutual, what they may give, and what the tables say.
return {
  test "platinum goes by the premium, gold by the premium or by ten good years" {
    when = decide "customer.tier" {},
    cases = {
      { revenue_year = "25000.00", years = 0,  claim_ratio = 0.9,  fallen = false, expect = { tier = "platinum" } },
      { revenue_year = "24999.99", years = 0,  claim_ratio = 0.9,  fallen = false, expect = { tier = "gold" } },
      { revenue_year = "0.00",     years = 10, claim_ratio = 0.30, fallen = false, expect = { tier = "gold" } },
      { revenue_year = "0.00",     years = 10, claim_ratio = 0.31, fallen = false, expect = { tier = "standard" } },
      { revenue_year = "90000.00", years = 30, claim_ratio = 0,    fallen = true,  expect = { tier = "standard", rule = "fallen" } },
    },
  },
  test "no tier buys the fast track, hardship opens it" {
    when = decide "complaint.track" {},
    cases = { { urgency = "hardship", expect = { track = "green" } }, { urgency = "high", expect = { track = "normal" } }, { urgency = "normal", expect = { track = "normal" } } },
  },
  test "the ombudsman's cases are never left lying" { steps = {
    { decide "complaint.urgency" { channel = "ombudsman", problem = "premium", injury = false, press = false }, expect = { urgency = "high", rule = "ombudsman" } },
    { decide "complaint.urgency" { channel = "email",     problem = "premium", injury = false, press = false }, expect = { urgency = "normal" } },
    { decide "complaint.urgency" { channel = "ombudsman", problem = "premium", injury = true,  press = false }, expect = { urgency = "hardship" } },
  } },
  test "an adviser settles no claim, whoever the policyholder is" {
    when = decide "remedy.limit" { remedy = "settlement", role = "handler" },
    cases = { { tier = "platinum", expect = { limit = "0.00" } }, { tier = "standard", expect = { limit = "0.00" } } },
  },
  test "a claims manager settles up to fifteen thousand, a region up to a hundred and fifty" { steps = {
    { decide "remedy.limit" { remedy = "settlement", role = "head_of_department",  tier = "gold" }, expect = { limit = "15000.00" } },
    { decide "remedy.limit" { remedy = "settlement", role = "branch_manager",      tier = "gold" }, expect = { limit = "150000.00" } },
    { decide "remedy.limit" { remedy = "settlement", role = "headquarters_centre", tier = "gold" }, expect = { limit = "unlimited" } },
  } },
  test "a verified disclosure is one, whoever's cause it was" {
    when = decide "complaint.disclosure" { problem = "data_breach" },
    cases = { { ground = "sufficient", expect = { disclosed = true } }, { ground = "insufficient", expect = { disclosed = false } } },
  },
  test "after a storm late claims are weather, disclosures never are" {
    when = decide "mass_alarm.rule" {},
    cases = {
      { problem = "claim_delay", expect = { raise_at = 8, ebb_below = 4 } }, { problem = "data_breach", expect = { raise_at = 2 } },
      { problem = "premium", expect = { raise_at = 4 } },
    },
  },
  test "claims go to the adjusters, platinum to its own desk, disclosures to the officer" {
    when = decide "complaint.seat" {},
    cases = {
      { tier = "standard", problem = "claim_amount", expect = { seat = "adjusters", group = "adjusters" } },
      { tier = "platinum", problem = "claim_amount", expect = { seat = "private_clients" } },
      { tier = "platinum", problem = "data_breach",  expect = { seat = "data_officer", role = "supervisor" } },
      { tier = "gold",     problem = "premium",      expect = { seat = "first_line" } },
    },
  },
  test "a case about cover may take forty business days, one of hardship ten" {
    when = decide "complaint.total_limit" {},
    cases = {
      { urgency = "normal",   problem = "cover",   expect = { limit = "40 business days" } },
      { urgency = "normal",   problem = "premium", expect = { limit = "20 business days" } },
      { urgency = "hardship", problem = "cover",   expect = { limit = "10 business days" } },
    },
  },
  test "advice goes by the symptom" { steps = {
    { decide "complaint.guidance" { symptom = "two_covers", problem = "premium", customer_tier = "gold", injury = false, press = false, reopened = 0, repeats = 0 },
      expect = { rule = "two_covers" } },
  } },
  test "a reminder alone is no finding" {
    when = decide "penalty.due" {},
    cases = { { penalty = "reminder", expect = { due = false } }, { penalty = "none", expect = { due = false } }, { penalty = "written_review", expect = { due = true } } },
  },
}
