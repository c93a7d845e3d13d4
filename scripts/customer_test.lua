-- The customer file.
return {
  test "a customer has a name, and a telephone number belongs to one customer" {
    given = { customer "li" { by = "ben", name = "Li Wei", phone = "13800000001" }, customer "wu" { by = "kf1", name = "Wu", unit = "gz" } },
    steps = {
      { update "wu" { by = "li_na", phone = "13800000001" }, expect = refused "already_exists" },
      { update "wu" { by = "li_na", phone = "13800000002" }, expect = allowed },
    },
  },
  test "another city's customers are left alone; headquarters may change any" {
    given = { customer "wu" { by = "kf1", name = "Wu", unit = "gz" } },
    steps = {
      { update "wu" { by = "sun", company = "Sun & Sons" },  expect = refused "not_allowed" },
      { update "wu" { by = "chen", company = "Wu & Sons" }, expect = allowed },
    },
  },
  test "a growing customer's next complaint takes the green channel" {
    given = { customer "li" { by = "ben", name = "Li Wei" } },
    steps = {
      { update "li" { by = "chen", revenue_year = "1500000.00" }, expect = allowed },
      { open = complaint "c" { by = "ben", customer = "li", channel = "letter", problem = "contract", summary = "Terms" }, expect = { data = { track = "green", customer_tier = "key" } } },
    },
  },
}
