-- The ombudsman may ask for six years: letters are kept wherever money or an apology went out.
return decision "complaint.file_needs" {
  title = { en = "What a file must hold to be archived" },
  owner = "archive",
  input  = { remedy = remedies },
  output = { letters = boolean, callback = boolean },
  hit = "first",
  rows = {
    { id = "written", remedy = { "settlement", "late_interest", "premium_refund", "goodwill", "apology" }, letters = true,  callback = true },
    { id = "others",                                                                                       letters = false, callback = false },
  },
}
