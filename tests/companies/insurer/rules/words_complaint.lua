-- The words of a complaint's further steps.
return {
  choices "severities" { { "slight", en = "Slight" }, { "serious", en = "Serious" }, { "grave", en = "Grave" } },
  choices "penalties" {
    { "none", en = "None" }, { "reminder", en = "Reminder" }, { "written_review", en = "Written review" },
    { "reprimand", en = "Formal warning" }, { "deduction", en = "Deduction from the bonus" }, { "transfer_post", en = "Transfer to another post" },
  },
  choices "seats" {
    { "first_line", en = "First line" }, { "adjusters", en = "Adjusters' desk" }, { "data_officer", en = "Data protection officer" },
    { "private_clients", en = "Private clients' desk" },
  },
  choices "joins" { { "all", en = "All departments" }, { "quorum", en = "A part of them" } },
  choices "verdicts" { { "agree", en = "Agrees" }, { "dissent", en = "Dissents" } },
  choices "consultation_results" {
    { "agreed", en = "Agreed" }, { "carried", en = "Agreed, with dissent" }, { "split", en = "Not agreed" },
    { "unheard", en = "Too few departments answered" },
  },
}
