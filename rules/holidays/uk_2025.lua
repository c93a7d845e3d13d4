-- Bank holidays of 2025 in England and Wales.
return holidays "uk" {
  year = 2025,
  source = "Banking and Financial Dealings Act 1971, schedule 1; https://www.gov.uk/bank-holidays",
  off = {
    { "2025-01-01", "New Year's Day" },
    { "2025-04-18", "Good Friday" },
    { "2025-04-21", "Easter Monday" },
    { "2025-05-05", "Early May bank holiday" },
    { "2025-05-26", "Spring bank holiday" },
    { "2025-08-25", "Summer bank holiday" },
    { "2025-12-25", "Christmas Day" },
    { "2025-12-26", "Boxing Day" },
  },
}
