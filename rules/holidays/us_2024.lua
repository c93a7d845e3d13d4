-- Federal holidays of 2024 in the United States, on the days on which they are observed.
return holidays "us" {
  year = 2024,
  source = "5 U.S.C. 6103; https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/",
  off = {
    { "2024-01-01", "New Year's Day" },
    { "2024-01-15", "Birthday of Martin Luther King, Jr." },
    { "2024-02-19", "Washington's Birthday" },
    { "2024-05-27", "Memorial Day" },
    { "2024-06-19", "Juneteenth National Independence Day" },
    { "2024-07-04", "Independence Day" },
    { "2024-09-02", "Labor Day" },
    { "2024-10-14", "Columbus Day" },
    { "2024-11-11", "Veterans Day" },
    { "2024-11-28", "Thanksgiving Day" },
    { "2024-12-25", "Christmas Day" },
  },
}
