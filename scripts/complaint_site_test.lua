-- An engineer goes to the customer, in time, and says what was found.
local urgent = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "technical", summary = "Sparks", injury = true },
}
local ordinary = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "technical", summary = "Fails every night" },
}
local key = {
  customer "big" { by = "ben", name = "Big Co", revenue_year = "1000000.00" },
  complaint "c" { by = "ben", customer = "big", channel = "phone", problem = "technical", summary = "The line stands" },
}
local verify = { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } }
local send   = { act "send_engineer" { on = "c", by = "li_na", engineer = "mei", task = "Look at the fuse" } }
return {
  test "a supervisor sends an engineer, who reports to the file" {
    given = ordinary,
    steps = {
      verify, { act "send_engineer" { on = "c", by = "ben", engineer = "mei", task = "Look" }, expect = refused "not_allowed" },
      send,
      { on = "site_visit", expect = { state = "sent", data = { complaint = "c", engineer = "mei", task = "Look at the fuse" } } },
      { on = "c", expect = { state = "verified", data = { site_visit = "site_visit_1" } } },
      { act "arrive" { on = "site_visit", by = "ben" }, expect = refused "not_allowed" },
      { act "arrive" { on = "site_visit", by = "mei" }, expect = in_state "on_site" },
      { act "report" { on = "site_visit", by = "mei", findings = "A worn plug" }, expect = { in_state "reported", told "ben" } },
      { on = "c", expect = { data = { site_findings = "A worn plug" } } },
    },
  },
  test "who is sent is told so at once" {
    given = ordinary, steps = { verify, { act "send_engineer" { on = "c", by = "li_na", engineer = "mei", task = "Look at the fuse" }, expect = told "mei" } },
  },
  test "the branch may send one as well" {
    given = ordinary,
    steps = { verify, { act "send_engineer" { on = "c", by = "zhao", engineer = "mei", task = "Look" } }, { on = "site_visit", expect = in_state "sent" } },
  },
  test "the engineer of an urgent case is there within two hours" {
    given = urgent,
    steps = { verify, send, { on = "site_visit", expect = { deadline = { name = "sent", due = "2026-03-02 11:00" } } },
              { at = "2026-03-02 11:00", on = "site_visit", expect = { escalated, told "supervisor", told "head_of_department" } } },
  },
  test "a key customer's within four" {
    given = key, steps = { verify, send, { on = "site_visit", expect = { deadline = { name = "sent", due = "2026-03-02 14:00" } } } },
  },
  test "others within a business day, and the report within two" {
    given = ordinary,
    steps = {
      verify, send, { on = "site_visit", expect = { deadline = { name = "sent", due = "2026-03-03 09:00" } } },
      { act "arrive" { on = "site_visit", by = "mei" } },
      { at = "2026-03-04 09:00", on = "site_visit", expect = { in_state "on_site", escalated, told "supervisor" } },
    },
  },
}
