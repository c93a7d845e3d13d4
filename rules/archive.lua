-- Rule book 3: a complete file holds forms, records and correspondence. What must be there beyond the forms depends on the case.
return decision "complaint.file_needs" {
  title = { en = "What a file must hold to be archived", zh = "归档完整性要求" },
  owner = "centre's archive keeper",
  input  = { tier = tiers, remedy = remedies },
  output = { letters = boolean, callback = boolean },
  hit = "first",
  rows = {
    { id = "key",          tier = "key",                            letters = true,  callback = true },
    { id = "compensation", remedy = { "compensation", "apology" },  letters = true,  callback = true },   -- what was written is kept
    { id = "others",                                                letters = false, callback = true },
  },
}
