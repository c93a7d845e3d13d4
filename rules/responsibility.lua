-- Rule book 6: what counts as a disclosure, and which proposed penalty is one at all. rules/accountability.lua makes findings of it.
return {
  decision "complaint.disclosure" {
    title = { en = "A person disclosed a customer's data", zh = "个人泄露客户信息认定" }, owner = "quality office",
    input = { problem = problems, ground = grounds, cause_kind = cause_kinds }, output = { disclosed = boolean }, hit = "first",
    rows = {
      { id = "disclosed", problem = "privacy", ground = "sufficient", cause_kind = "person", disclosed = true },
      { id = "not",                                                                          disclosed = false },
    },
  },
  decision "correction.explained" {
    title = { en = "Whether the head explains to the customer", zh = "是否由负责人向客户说明" }, owner = "quality office",
    input = { cause_kind = cause_kinds }, output = { head_explains = boolean }, hit = "unique",
    rows = {
      { id = "a person corrects", cause_kind = "person", head_explains = false },
      { id = "a team's cause",   cause_kind = "team",   head_explains = true },
    },
  },
  decision "penalty.due" {
    title = { en = "Whether a proposed penalty is one", zh = "是否需问责" }, owner = "quality office",
    input = { penalty = penalties }, output = { due = boolean }, hit = "unique",
    rows = {
      { id = "due",     penalty = "not none", due = true },
      { id = "not due", penalty = "none",     due = false },
    },
    otherwise = { due = false },              -- none is proposed
  },
}
