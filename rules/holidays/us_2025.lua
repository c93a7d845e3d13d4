-- Federal holidays of 2025 in the United States, on the days on which they are observed.
return holidays "us" {
  year = 2025,
  source = "5 U.S.C. 6103; https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/",
  off = {
    { "2025-01-01", "New Year's Day" },
    { "2025-01-20", "Birthday of Martin Luther King, Jr." },
    { "2025-02-17", "Washington's Birthday" },
    { "2025-05-26", "Memorial Day" },
    { "2025-06-19", "Juneteenth National Independence Day" },
    { "2025-07-04", "Independence Day" },
    { "2025-09-01", "Labor Day" },
    { "2025-10-13", "Columbus Day" },
    { "2025-11-11", "Veterans Day" },
    { "2025-11-27", "Thanksgiving Day" },
    { "2025-12-25", "Christmas Day" },
  },
}
