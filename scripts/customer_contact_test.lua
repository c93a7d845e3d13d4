-- Contacts: the content may be corrected, the time may not.
local talked = {
  customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" },
  contact "c" { by = "ben", customer = "li", subject = "Renewal", content = "Will think" },
}
return {
  test "a contact is stamped with who and when, and the customer's file knows of it" {
    at = "2026-03-02 10:00", given = talked,
    steps = {
      { expect = { data = { by_whom = "ben", at = "2026-03-02T02:00:00Z", times = 1 } } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { last_contact = "2026-03-02", next_visit = "2026-08-29" } } },
    },
  },
  test "nobody enters another time than now" {
    given = { customer "li" { by = "ben", name = "Li Wei" } },
    steps = { { open = contact "c" { by = "ben", customer = "li", subject = "Renewal", at = "2026-01-01T00:00:00Z" }, expect = refused "bad_form" } },
  },
  test "the content is corrected, the time stays" {
    at = "2026-03-02 10:00", given = talked,
    steps = {
      { after = "1 hour" },
      { act "correct" { on = "c", by = "ben", content = "Wants an offer" }, expect = { data = { content = "Wants an offer", at = "2026-03-02T02:00:00Z" } } },
      { act "correct" { on = "c", by = "ben", at = "2026-01-01T00:00:00Z", content = "x" }, expect = refused "bad_form" },
    },
  },
  test "the same subject again moves the time forward to now" {
    at = "2026-03-02 10:00", given = talked,
    steps = {
      { at = "2026-03-05 15:00" },
      { act "again" { on = "c", by = "ben", content = "Agreed" }, expect = { data = { at = "2026-03-05T07:00:00Z", times = 2 } } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { last_contact = "2026-03-05" } } },
    },
  },
  test "one's own contacts are one's own; a supervisor may correct them" {
    given = talked,
    steps = {
      { act "correct" { on = "c", by = "mei", content = "x" }, expect = refused "not_allowed" },
      { act "again" { on = "c", by = "mei" }, expect = refused "not_allowed" },
      { act "correct" { on = "c", by = "li_na", content = "Clearer words" }, expect = allowed },
    },
  },
  test "what is settled is not touched again" {
    given = talked,
    steps = {
      { act "settle" { on = "c", by = "ben" }, expect = in_state "settled" },
      { act "again" { on = "c", by = "ben" }, expect = refused "wrong_state" },
    },
  },
  test "key customers are visited every month" {
    at = "2026-03-02 10:00",
    given = { customer "li" { by = "ben", name = "Li Wei", unit = "gz", brand = true, revenue_year = "300000.00" } },
    steps = {
      { open = contact "c" { by = "ben", customer = "li", subject = "Visit", way = "visit" } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { next_visit = "2026-04-01" } } },
    },
  },
  test "a trade says who entered it, and where" {
    given = { customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" }, trade "t" { by = "sun", customer = "li", subject = "Wire", amount = "10.00" } },
    steps = { { on = "t", expect = { state = "done", data = { by_whom = "sun", unit = "sz" } } } },
  },
}
