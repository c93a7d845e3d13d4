-- Underwriting, claims and brokers at one table: two out of them will do where somebody is in hardship.
return {
  decision "consultation.join" {
    title = { en = "Who must agree" }, owner = "group complaints office",
    input = { priority = urgencies }, output = { join = joins, quorum = integer }, hit = "first",
    rows = {
      { id = "hardship", priority = "hardship", join = "quorum", quorum = 2 },
      { id = "others",                          join = "all",    quorum = 1 },
    },
  },
  decision "consultation.limit" {
    title = { en = "For the whole consultation" }, owner = "group complaints office",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", priority = "hardship", limit = "1 business day" }, { id = "others", limit = "6 business days" } },
  },
  decision "opinion.limit" {
    title = { en = "For one department's opinion" }, owner = "group complaints office",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", priority = "hardship", limit = "3 hours" }, { id = "others", limit = "3 business days" } },
  },
  decision "opinion.silent_limit" {
    title = { en = "Until a department counts as silent" }, owner = "group complaints office",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", priority = "hardship", limit = "1 business day" }, { id = "others", limit = "5 business days" } },
  },
}
