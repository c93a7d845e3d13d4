-- Federal holidays of 2026 in the United States, on the days on which they are observed.
return holidays "us" {
  year = 2026,
  source = "5 U.S.C. 6103; https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/",
  off = {
    { "2026-01-01", "New Year's Day" },
    { "2026-01-19", "Birthday of Martin Luther King, Jr." },
    { "2026-02-16", "Washington's Birthday" },
    { "2026-05-25", "Memorial Day" },
    { "2026-06-19", "Juneteenth National Independence Day" },
    { "2026-07-03", "Independence Day (observed)" },
    { "2026-09-07", "Labor Day" },
    { "2026-10-12", "Columbus Day" },
    { "2026-11-11", "Veterans Day" },
    { "2026-11-26", "Thanksgiving Day" },
    { "2026-12-25", "Christmas Day" },
  },
}
