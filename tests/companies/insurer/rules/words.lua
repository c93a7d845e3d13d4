-- What an insurer's customers complain of, who answers, and what may be given.
return {
  choices "tiers" {                           -- widest service first
    { "platinum", en = "Platinum policyholder" }, { "gold", en = "Gold policyholder" }, { "standard", en = "Policyholder" },
  },
  choices "channels" {
    { "claims_line", en = "Claims line" }, { "broker", en = "Broker" }, { "email", en = "E-mail" }, { "app", en = "App" },
    { "letter", en = "Letter" }, { "ombudsman", en = "Ombudsman" },
  },
  choices "problems" {
    { "claim_refused", en = "Claim refused" },       { "claim_delay", en = "Claim takes too long" },
    { "claim_amount",  en = "Settlement too small" }, { "premium",     en = "Premium" },
    { "cover",         en = "What is covered" },      { "advice",      en = "Wrong advice at the sale" },
    { "manner",        en = "How we were spoken to" }, { "data_breach", en = "Personal data disclosed" },
  },
  choices "departments" {
    { "motor_claims", en = "Motor claims" }, { "home_claims", en = "Home claims" },   { "life", en = "Life and pensions" },
    { "underwriting", en = "Underwriting" }, { "premiums",    en = "Premium office" }, { "brokers", en = "Broker service" },
  },
  choices "remedies" {
    { "settlement",      en = "Claim settled after all" }, { "late_interest", en = "Interest for lateness" },
    { "premium_refund",  en = "Premium refunded" },        { "goodwill",      en = "Goodwill payment" },
    { "repair_in_kind",  en = "Repair arranged by us" },   { "apology",       en = "Written apology" },
  },
  choices "urgencies" { { "normal", en = "Normal" }, { "high", en = "High" }, { "hardship", en = "Hardship" } },
  choices "tracks" { { "normal", en = "Normal track" }, { "green", en = "Hardship track" } },
  choices "grounds" { { "sufficient", en = "Sufficient" }, { "insufficient", en = "Insufficient" } },
  choices "demands" { { "reasonable", en = "Reasonable" }, { "unreasonable", en = "Unreasonable" } },
  choices "cause_kinds" { { "person", en = "One person's cause" }, { "team", en = "A whole team's cause" } },
}
