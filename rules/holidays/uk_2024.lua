-- Bank holidays of 2024 in England and Wales.
return holidays "uk" {
  year = 2024,
  source = "Banking and Financial Dealings Act 1971, schedule 1; https://www.gov.uk/bank-holidays",
  off = {
    { "2024-01-01", "New Year's Day" },
    { "2024-03-29", "Good Friday" },
    { "2024-04-01", "Easter Monday" },
    { "2024-05-06", "Early May bank holiday" },
    { "2024-05-27", "Spring bank holiday" },
    { "2024-08-26", "Summer bank holiday" },
    { "2024-12-25", "Christmas Day" },
    { "2024-12-26", "Boxing Day" },
  },
}
