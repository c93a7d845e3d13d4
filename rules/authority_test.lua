-- Who may not. What people may do shows in the other promises.
local a_complaint = {
  customer "li" { by = "ben", name = "Li Wei" },
  complaint "c" { by = "ben", customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" },
}
return {
  test "the front desk takes in a complaint and does not judge it" {
    given = { customer "li" { by = "kf1", name = "Li Wei" },
              complaint "c" { by = "kf1", customer = "li", channel = "counter", problem = "service", summary = "Rude" } },
    steps = {
      { expect = in_state "received" },
      { act "verify" { by = "kf1", ground = "sufficient", demand = "reasonable" }, expect = refused "not_allowed" },
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" }, expect = in_state "verified" },
    },
  },
  test "another city's handler stays out; the branch may step in" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "sun", ground = "sufficient", demand = "reasonable" }, expect = refused "not_found" },
      { act "verify" { by = "zhao", ground = "sufficient", demand = "reasonable" }, expect = in_state "verified" },
    },
  },
  test "only the handler whose case it is grants" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "ben", ground = "sufficient", demand = "reasonable" } },
      { act "transfer" { by = "ben", department = "finance" } },
      { act "grant" { by = "mei", remedy = "refund", amount = "10.00" }, expect = refused "not_allowed" },
      { act "grant" { by = "ben", remedy = "refund", amount = "10.00" }, expect = in_state "processing" },
    },
  },
  test "a maintainer may do nothing but back up" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "backup", ground = "sufficient", demand = "reasonable" }, expect = refused "not_found" },
      { act "withdraw" { by = "backup" }, expect = refused "not_found" },
      { update "li" { by = "backup", name = "Nobody" }, expect = refused "not_found" },
    },
  },
  test "an administrator keeps the house and handles no complaints" {
    given = a_complaint,
    steps = {
      { act "verify" { by = "admin", ground = "sufficient", demand = "reasonable" }, expect = refused "not_allowed" },
      { update "li" { by = "admin", name = "Li Wei Ming" }, expect = allowed },
    },
  },
  test "the front desk enters customers and does not change them" {
    given = a_complaint,
    steps = { { update "li" { by = "kf1", name = "Li Wu" }, expect = refused "not_allowed" } },
  },
  test "only the archive keeper archives" {
    given = a_complaint,
    steps = { { act "archive" { by = "dang" }, expect = refused "wrong_state" } },
  },
}
