-- Bank holidays of 2026 in England and Wales.
return holidays "uk" {
  year = 2026,
  source = "Banking and Financial Dealings Act 1971, schedule 1; https://www.gov.uk/bank-holidays",
  off = {
    { "2026-01-01", "New Year's Day" },
    { "2026-04-03", "Good Friday" },
    { "2026-04-06", "Easter Monday" },
    { "2026-05-04", "Early May bank holiday" },
    { "2026-05-25", "Spring bank holiday" },
    { "2026-08-31", "Summer bank holiday" },
    { "2026-12-25", "Christmas Day" },
    { "2026-12-28", "Boxing Day (substitute day)" },
  },
}
