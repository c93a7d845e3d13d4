-- Rule book 4: who must agree in a joint consultation, and how long it may take. Hours are service hours.
return {
  decision "consultation.join" {
    title = { en = "Who must agree in a joint consultation", zh = "会诊方式" },
    owner = "customer service management",
    input = { priority = urgencies }, output = { join = joins, quorum = integer }, hit = "first",
    rows = {
      { id = "urgent", priority = "urgent", join = "quorum", quorum = 2 },      -- two are enough to begin
      { id = "others",                      join = "all",    quorum = 1 },
    },
  },
  decision "consultation.limit" {
    title = { en = "For the whole consultation, until who called it and the branch are told", zh = "会诊总时限" },
    owner = "customer service management",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent", priority = "urgent", limit = "6 hours" },
      { id = "others",                      limit = "3 business days" },
    },
  },
  decision "opinion.limit" {
    title = { en = "For one department's opinion, until its head is told", zh = "部门意见时限(报负责人)" },
    owner = "customer service management",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent", priority = "urgent", limit = "4 hours" },
      { id = "others",                      limit = "2 business days" },
    },
  },
  decision "opinion.silent_limit" {
    title = { en = "Until a department counts as silent", zh = "视为未答复的时限" },
    owner = "customer service management",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = {
      { id = "urgent", priority = "urgent", limit = "1 business day" },
      { id = "others",                      limit = "4 business days" },
    },
  },
}
