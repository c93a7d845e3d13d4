-- People as records: every employee who is employed is an account, beside those of rules/organisation.lua (a login is in one of them only).
-- Who stands in for somebody may do what the other may, until the delegation ends; who is away is passed over when work is given out.
return organisation {
  staff = {
    record = "employee", account = "login", name = "name", unit = "unit", group = "team", roles = "roles", person = "person",
    working = { "employed" }, away_until = "away_until", deputy = "deputy", deputy_until = "deputy_until",
  },
}
