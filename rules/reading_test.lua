-- Who may read what, and who is let to the operator's own methods. `see` reads a record, `ask` calls any method, both as the one named.
local a_callback = { customer "li" { by = "ben", name = "Li Wei" }, callback "cb" { by = "hf1", source = "visit", customer = "li", tier = "ordinary" } }
local talked = {
  customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" },
  contact "c" { by = "ben", customer = "li", subject = "Renewal", content = "Will think" },
}
local about_ben = {
  finding "f" { by = "wang", rule = "by_hand", ground = "Told a customer the wrong thing", consequence = "reminder", person = "ben", source = "1-1", unit = "gz",
                confirm_by = "branch_manager" },
}
local complained = {
  customer "li" { by = "ben", name = "Li Wei", phone = "138 0013 8000" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
local paid = {
  { act "verify" { on = "c", by = "ben", ground = "sufficient", demand = "reasonable" } },
  { act "transfer" { on = "c", by = "ben", department = "finance" } },
  { act "grant" { on = "c", by = "ben", remedy = "refund", amount = "80.00" } },
  { act "close" { on = "c", by = "ben", result = "Paid back" } },
}

return {
  test "a callback is read where it belongs" {
    given = a_callback, when = see "cb" {},
    cases = {
      { by = "ben", expect = in_state "planned" }, { by = "zhao", expect = in_state "planned" }, { by = "dang", expect = in_state "planned" },
      { by = "sun", expect = refused "not_found" }, { by = "backup", expect = refused "not_found" },
    },
  },
  test "contacts are read by the unit, the branch and headquarters" {
    given = talked, when = see "c" {},
    cases = { { by = "mei", expect = allowed }, { by = "zhao", expect = allowed }, { by = "admin", expect = allowed }, { by = "sun", expect = refused "not_found" } },
  },
  test "a finding is read by whom it is about, by the heads above, and by nobody beside" {
    given = about_ben, when = see "f" {},
    cases = {
      { by = "ben", expect = allowed }, { by = "wang", expect = allowed }, { by = "zhao", expect = allowed }, { by = "chen", expect = allowed },
      { by = "admin", expect = allowed },
      { by = "mei", expect = refused "not_found" }, { by = "li_na", expect = refused "not_found" },
    },
  },
  test "a review of a customer's data is read by handlers and the administrator" {
    given = { talked[1], customer_review "v" { by = "li_na", customer = "li" } }, when = see "v" {},
    cases = { { by = "ben", expect = allowed }, { by = "admin", expect = allowed }, { by = "dang", expect = refused "not_found" } },
  },
  test "supervisors write the knowledge base, all staff read it" {
    steps = {
      { open = article "a" { by = "li_na", heading = "Billed twice", problem = "billing", symptom = "Two bookings", advice = "Compare the numbers" } },
      { see "a" { by = "kf1" }, expect = allowed },
      { see "a" { by = "lin" }, expect = refused "not_found" },
      { open = article "b" { by = "ben", heading = "x", problem = "billing", symptom = "x", advice = "x" }, expect = refused "not_allowed" },
    },
  },
  test "a supervisor puts a customer of the unit into the pool, headquarters any" {
    given = talked, when = act "release" { on = "li" },
    cases = { { by = "li_na", expect = in_state "pool" }, { by = "chen", expect = in_state "pool" }, { by = "mei", expect = refused "not_allowed" } },
  },

  test "a customer's account is read where the customer belongs" {
    given = complained, before = paid, when = ask "ledger.get" { ledger = "customer_credit", account = "li" },
    cases = {
      { by = "ben", expect = { balance = "80.00", entries = 1 } }, { by = "zhao", expect = { balance = "80.00" } }, { by = "admin", expect = { balance = "80.00" } },
      { by = "lin", expect = refused "not_found" }, { by = "kf1", expect = refused "not_found" }, { by = "sun", expect = refused "not_found" },
    },
  },
  test "what a campaign has spent is read by who runs campaigns" {
    given = { campaign "spring" { by = "lin", name = "Spring", budget = "60.00" } }, when = ask "ledger.get" { ledger = "campaign_spend", account = "spring" },
    cases = { { by = "lin", expect = { balance = "0.00" } }, { by = "chen", expect = allowed }, { by = "admin", expect = allowed }, { by = "ben", expect = refused "not_found" } },
  },
  test "whoever answers the telephone tells how a case stands, to the customer who can show that he is" {
    given = complained, when = ask "case.progress" { number = "CP-2026-000001" },
    cases = {
      { by = "sun", expect = refused "not_found" }, { by = "sun", proof = "13800138001", expect = refused "not_found" },
      { by = "sun", proof = "+86 138-0013-8000", expect = allowed },
      { by = "ben", expect = allowed },                                                       -- who may read the case needs no proof
    },
  },

  test "who looks at what the engine does" {
    when = ask "schedule.list" {},
    cases = { { by = "kf1", expect = allowed }, { by = "importer", expect = allowed }, { by = "backup", expect = refused "not_allowed" } },
  },
  test "backups are the maintainer's, and the administrator's by uid" {
    when = ask "backup.status" {},
    cases = { { by = "backup", expect = { running = false } }, { by = "li_na", expect = refused "not_allowed" }, { by = "ben", expect = refused "not_allowed" } },
  },
  test "jobs are a supervisor's to look at" {
    when = ask "job.list" {},
    cases = { { by = "li_na", expect = { jobs = 0 } }, { by = "ben", expect = refused "not_allowed" } },
  },
  test "the feed is followed by staff, and shows each what he may read" {
    given = complained, when = ask "feed.read" { since = 0 },
    cases = { { by = "ben", expect = allowed }, { by = "sun", expect = allowed }, { by = "backup", expect = refused "not_allowed" } },
  },
  test "the list of colleagues is open to colleagues" {
    when = ask "staff.show" { account = "ben" },
    cases = { { by = "kf1", expect = { unit = "gz" } }, { by = "backup", expect = refused "not_allowed" } },
  },
  test "reports are made by supervisors and above, each of what is theirs" {
    at = "2026-03-31 09:00", given = complained, when = ask "report.run" { report = "complaint_analysis", month = "2026-03" },
    cases = {
      { by = "li_na", expect = { report = "complaint_analysis" } }, { by = "zhao", expect = { report = "complaint_analysis" } },
      { by = "he", expect = { report = "complaint_analysis" } }, { by = "ben", expect = refused "not_allowed" },
    },
  },
  test "everybody sees which rules hold" {
    when = ask "policy.info" {}, cases = { { by = "kf1", expect = allowed }, { by = "dang", expect = refused "not_allowed" } },
  },
  test "only an administrator has the rules read anew" {                                      -- here there is no directory to read
    when = ask "policy.reload" {}, cases = { { by = "admin", expect = refused "policy_refused" }, { by = "chen", expect = refused "not_allowed" } },
  },
  test "only importers import" {
    when = ask "import.finish" { session = "2025" }, cases = { { by = "importer", expect = allowed }, { by = "chen", expect = refused "not_allowed" } },
  },
  test "what a unit below does is read by the branch, and not by the unit above it" {
    given = { customer "li" { by = "ben", name = "Li Wei" },
              employee "kim" { by = "guo", login = "kim", name = "Kim", unit = "gz_service", roles = { "handler", "callback_agent" } } },
    steps = {
      { act "begin" { on = "kim", by = "guo" } },
      { open = callback "cb" { by = "kim", source = "visit", customer = "li", tier = "ordinary" } },
      { open = complaint "c" { by = "kim", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" } },
      { open = contact "t" { by = "kim", customer = "li", subject = "Renewal" } },
      { see "cb" { by = "kim" } }, { see "cb" { by = "zhao" } }, { see "cb" { by = "ben" }, expect = refused "not_found" }, { see "cb" { by = "wang" }, expect = refused "not_found" },
      { see "c" { by = "kim" } },  { see "c" { by = "zhao" } },  { see "c" { by = "ben" }, expect = refused "not_found" },  { see "c" { by = "wang" }, expect = refused "not_found" },
      { see "t" { by = "kim" } },  { see "t" { by = "zhao" } },  { see "t" { by = "ben" }, expect = refused "not_found" },  { see "t" { by = "wang" }, expect = refused "not_found" },
    },
  },
}
