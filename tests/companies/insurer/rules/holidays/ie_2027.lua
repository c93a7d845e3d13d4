-- Public holidays of 2027 in Ireland.
return holidays "ie" {
  year = 2027,
  source = "Organisation of Working Time Act 1997, second schedule; S.I. No. 36 of 2022",
  off = {
    { "2027-01-01", "New Year's Day" },
    { "2027-02-01", "St Brigid's Day" },
    { "2027-03-17", "St Patrick's Day" },
    { "2027-03-29", "Easter Monday" },
    { "2027-05-03", "First Monday in May" },
    { "2027-06-07", "First Monday in June" },
    { "2027-08-02", "First Monday in August" },
    { "2027-10-25", "Last Monday in October" },
    { "2027-12-25", "Christmas Day" },
    { "2027-12-26", "St Stephen's Day" },
  },
}
