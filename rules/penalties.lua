-- Rule book 3 and 6: which penalty is proposed for the directly responsible and for the head, by whose cause it was, how grave, and
-- whether the same person had caused complaints before (within 180 days, scripts/complaint.lua). A person confirms (问责).
return decision "complaint.penalty" {
  title = { en = "Proposed penalty", zh = "处罚建议" },
  owner = "quality office",
  input  = { cause_kind = cause_kinds, severity = severities, repetition = integer },
  output = { direct = penalties, head = penalties },
  hit = "first",
  rows = {
    { id = "grave_again",     severity = "grave",   repetition = ">= 2",                  direct = "transfer_post",  head = "deduction" },
    { id = "grave_person",    severity = "grave",   cause_kind = "person",                direct = "deduction",      head = "reprimand" },
    { id = "grave_team",      severity = "grave",   cause_kind = "team",                  direct = "reprimand",      head = "deduction" },
    { id = "serious_again",   severity = "serious", repetition = ">= 2",                  direct = "deduction",      head = "written_review" },
    { id = "serious_person",  severity = "serious", cause_kind = "person",                direct = "written_review", head = "reminder" },
    { id = "serious_team",    severity = "serious", cause_kind = "team",                  direct = "reminder",       head = "written_review" },
    { id = "slight_often",    severity = "slight",  repetition = ">= 3",                  direct = "written_review", head = "reminder" },
    { id = "slight_again",    severity = "slight",  repetition = "2",                     direct = "reminder",       head = "none" },
    { id = "slight",                                                                      direct = "none",           head = "none" },
  },
}
