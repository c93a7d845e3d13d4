-- Any disclosure that is verified is one, whoever's cause it was: the supervisory authority asks no less. A reminder calls for no finding.
return {
  decision "complaint.disclosure" {
    title = { en = "A policyholder's data was disclosed" }, owner = "data protection officer",
    input = { problem = problems, ground = grounds }, output = { disclosed = boolean }, hit = "first",
    rows = {
      { id = "disclosed", problem = "data_breach", ground = "sufficient", disclosed = true },
      { id = "not",                                                       disclosed = false },
    },
  },
  decision "correction.explained" {           -- a claims manager always explains
    title = { en = "Whether the manager explains to the policyholder" }, owner = "group complaints office",
    input = { cause_kind = cause_kinds }, output = { head_explains = boolean }, hit = "first",
    rows = { { id = "always", head_explains = true } },
  },
  decision "penalty.due" {
    title = { en = "Whether a proposed penalty is a finding" }, owner = "group complaints office",
    input = { penalty = penalties }, output = { due = boolean }, hit = "first",
    rows = {
      { id = "not_due", penalty = { "none", "reminder" },                                            due = false },
      { id = "due",     penalty = { "written_review", "reprimand", "deduction", "transfer_post" },   due = true },
    },
    otherwise = { due = false },
  },
}
