-- Public holidays of 2026 in Ireland.
return holidays "ie" {
  year = 2026,
  source = "Organisation of Working Time Act 1997, second schedule; S.I. No. 36 of 2022",
  off = {
    { "2026-01-01", "New Year's Day" },
    { "2026-02-02", "St Brigid's Day" },
    { "2026-03-17", "St Patrick's Day" },
    { "2026-04-06", "Easter Monday" },
    { "2026-05-04", "First Monday in May" },
    { "2026-06-01", "First Monday in June" },
    { "2026-08-03", "First Monday in August" },
    { "2026-10-26", "Last Monday in October" },
    { "2026-12-25", "Christmas Day" },
    { "2026-12-26", "St Stephen's Day" },
  },
}
