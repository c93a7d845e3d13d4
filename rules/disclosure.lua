-- Rule book 13: who approves that something secret is disclosed, and for how long. Secret (秘密) a manager; confidential (机密) and top
-- secret (绝密) the executive director. The procedure: scripts/disclosure.lua; which fields have which level: the records themselves.
return decision "disclosure.rule" {
  title = { en = "Disclosure: who approves, how many days", zh = "披露审批:审批人与天数" },
  owner = "information keeper",
  input  = { level = secrecy_levels },
  output = { approver = roles, days = integer },
  hit = "unique",
  rows = {
    { id = "secret",       level = "secret",       approver = "branch_manager",     days = 30 },   -- ours: the book says "for a limited time"
    { id = "confidential", level = "confidential", approver = "executive_director", days = 14 },
    { id = "top_secret",   level = "top_secret",   approver = "executive_director", days = 7 },
  },
}
