-- The life of a customer: what is derived, who may do what, the pool, duplicates.
local li = { customer "li" { by = "ben", name = "Li Wei", phone = "13800000001", handler = "ben", unit = "gz" } }
local key = { customer "li" { by = "ben", name = "Li Wei", phone = "13800000001", handler = "ben", unit = "gz", revenue_year = "1500000.00" } }
return {
  -- duplicates
  test "a telephone number belongs to one customer, however it is written" {
    given = li,
    steps = {
      { open = customer "x" { by = "kf1", name = "Somebody", phone = "+86 138-0000-0001" }, expect = refused "already_exists" },
      { open = customer "y" { by = "kf1", name = "Somebody", phone = "0086 13800000001" },  expect = refused "already_exists" },
      { open = customer "z" { by = "kf1", name = "Somebody", phone = "138 0000 0002" },     expect = allowed },
    },
  },
  test "a customer of a known name is taken in, and it is said that there is another" {
    given = { customer "li" { by = "ben", name = "李伟", unit = "gz" } },
    steps = { { open = customer "li2" { by = "ben", name = "李 伟", unit = "gz" }, expect = { data = { namesakes = 1 } } } },
  },

  -- derived
  test "nobody types in a tier or a stage" {
    given = li,
    steps = {
      { act "update" { on = "li", by = "chen", tier = "key" },    expect = refused "bad_form" },
      { act "update" { on = "li", by = "chen", stage = "loyal" }, expect = refused "bad_form" },
    },
  },
  test "a new customer has a tier and a stage at once" {
    given = li,
    steps = { { expect = { state = "active", data = { tier = "ordinary", stage = "potential" } } } },
  },
  test "a customer who grows becomes a key customer by the same command, and the manager hears of it" {
    given = li,
    steps = { { act "update" { on = "li", by = "chen", revenue_year = "1000000.00" }, expect = { data = { tier = "key" }, told = { "owner" } } } },
  },
  test "what makes a key customer one is not typed away, to change the important data afterwards" {
    given = key,
    steps = {
      { act "update" { on = "li", by = "ben", revenue_year = "0.00" }, expect = refused "not_allowed" },
      { act "update" { on = "li", by = "ben", claim_ratio = 0.9 },     expect = refused "not_allowed" },
      { act "update" { on = "li", by = "ben", industry = "tea" },      expect = { data = { tier = "key" } } },
      { act "update" { on = "li", by = "chen", revenue_year = "0.00" }, expect = { data = { tier = "ordinary" } } },   -- headquarters knows the figures
    },
  },
  test "whose a customer is changes by handing over and through the pool, not by typing" {
    given = li,
    steps = {
      { act "update" { on = "li", by = "mei", handler = "mei" },  expect = refused "not_allowed" },
      { act "update" { on = "li", by = "ben", unit = "sz" },      expect = refused "not_allowed" },
      { act "update" { on = "li", by = "chen", handler = "mei" }, expect = refused "not_allowed" },
      { act "hand_over" { on = "li", by = "ben", handler = "mei" }, expect = { data = { handler = "mei" } } },
    },
  },
  test "three years without claims make a quality customer" {
    given = li,
    steps = { { act "update" { on = "li", by = "chen", years = 3 }, expect = { data = { tier = "quality" } } } },
  },
  test "the first trade makes a customer new, the second a regular one" {
    given = li,
    steps = {
      { open = trade "t1" { by = "ben", customer = "li", subject = "Policy A", amount = "100.00" }, expect = allowed },
      { act "look" { on = "li" }, expect = refused "not_allowed" },
      { act "update" { on = "li", by = "ben", status = "customer" }, expect = { data = { stage = "new" } } },
      { open = trade "t2" { by = "ben", customer = "li", subject = "Policy B", amount = "100.00" } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { stage = "regular" } } },
    },
  },
  test "a trade that is cancelled does not count" {
    given = { customer "li" { by = "ben", name = "Li Wei", unit = "gz" }, trade "t" { by = "ben", customer = "li", subject = "A", amount = "1.00" } },
    steps = {
      { act "cancel" { on = "t", by = "ben" }, expect = refused "not_allowed" },
      { act "cancel" { on = "t", by = "li_na" }, expect = in_state "cancelled" },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { stage = "potential" } } },
    },
  },
  test "a customer silent for a year is found to be dormant by itself" {
    at = "2026-03-02 09:00",
    given = { customer "li" { by = "ben", name = "Li Wei", unit = "gz" }, trade "t" { by = "ben", customer = "li", subject = "A", amount = "1.00" } },
    steps = {
      { at = "2026-12-02 10:00" },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = { data = { stage = "new" } } },
      { at = "2027-04-03 10:00" },
      { act "release" { on = "li", by = "li_na" }, expect = { state = "pool", data = { stage = "dormant" } } },
    },
  },
  test "stages" { steps = {
    { decide "customer.stage" { trades = 0, trades_year = 0 },  expect = { stage = "potential", rule = "no_trade" } },
    { decide "customer.stage" { trades = 1, trades_year = 1 },  expect = { stage = "new", rule = "first" } },
    { decide "customer.stage" { trades = 2, trades_year = 1 },  expect = { stage = "regular", rule = "several" } },
    { decide "customer.stage" { trades = 9, trades_year = 1 },  expect = { stage = "regular" } },
    { decide "customer.stage" { trades = 10, trades_year = 1 }, expect = { stage = "loyal", rule = "mature" } },
    { decide "customer.stage" { trades = 10, trades_year = 0 }, expect = { stage = "dormant", rule = "silent" } },
  } },
  test "each tier has its service standard" { steps = {
    { decide "customer.service_standard" { tier = "key" },      expect = { visit_days = 30, contact_by = "head_of_department" } },
    { decide "customer.service_standard" { tier = "quality" },  expect = { visit_days = 90, contact_by = "supervisor" } },
    { decide "customer.service_standard" { tier = "ordinary" }, expect = { visit_days = 180, contact_by = "handler" } },
  } },

  -- the pool
  test "nobody deletes a customer: they go into the pool, and what was known stays" {
    given = li,
    steps = { { act "release" { on = "li", by = "ben", reason = "no interest" }, expect = { state = "pool", data = { pooled_from = "ben", name = "Li Wei", phone = "13800000001" } } } },
  },
  test "who does not have the customer does not give them up" {
    given = li,
    steps = {
      { act "release" { on = "li", by = "mei" }, expect = refused "not_allowed" },
      { act "release" { on = "li", by = "sun" }, expect = refused "not_allowed" },
      { act "release" { on = "li", by = "li_na" }, expect = in_state "pool" },
    },
  },
  test "in the pool nothing is changed; who wants to takes the customer up first" {
    given = li,
    steps = {
      { act "release" { on = "li", by = "ben" } },
      { act "update" { on = "li", by = "ben", industry = "tea" }, expect = refused "wrong_state" },
      { act "claim" { on = "li", by = "sun" }, expect = { state = "active", data = { handler = "sun", unit = "sz" } } },
      { act "update" { on = "li", by = "sun", industry = "tea" }, expect = allowed },
    },
  },
  test "a customer taken up and not contacted for thirty days goes back" {
    at = "2026-03-02 09:00", given = li,
    steps = {
      { act "release" { on = "li", by = "ben" } },
      { act "claim" { on = "li", by = "sun" } },
      { at = "2026-03-31 08:00" },
      { act "update" { on = "li", by = "sun", industry = "tea" }, expect = in_state "active" },
      { at = "2026-04-02 09:00" },
      { act "update" { on = "li", by = "sun", industry = "tea" }, expect = refused "wrong_state" },
    },
  },
  test "a customer taken up and contacted stays" {
    at = "2026-03-02 09:00", given = li,
    steps = {
      { act "release" { on = "li", by = "ben" } },
      { act "claim" { on = "li", by = "sun" } },
      { open = contact "c" { by = "sun", customer = "li", subject = "First talk" } },
      { at = "2026-05-02 09:00" },
      { act "update" { on = "li", by = "sun", industry = "tea" }, expect = in_state "active" },
    },
  },
  test "only an administrator deletes for good, and only from the pool" {
    given = li,
    steps = {
      { act "erase" { on = "li", by = "admin", reason = "asked for" }, expect = refused "wrong_state" },
      { act "release" { on = "li", by = "ben" } },
      { act "erase" { on = "li", by = "chen", reason = "asked for" }, expect = refused "not_allowed" },
      { act "erase" { on = "li", by = "admin" }, expect = refused "bad_form" },
      { act "erase" { on = "li", by = "admin", reason = "asked for" }, expect = in_state "erased" },
      { act "claim" { on = "li", by = "ben" }, expect = refused "wrong_state" },
      { open = customer "new" { by = "ben", name = "Wang", phone = "13800000001" }, expect = allowed },
    },
  },
  test "only an administrator erases a person, once and for good" {
    given = li,
    steps = {
      { ask "person.erase" { id = "li", by = "chen" }, expect = refused "not_allowed" },
      { ask "person.erase" { id = "li", by = "admin", dry_run = true }, expect = { did = "erased" } },
      { ask "person.erase" { id = "li", by = "admin", why = "asked for" }, expect = { did = "erased" } },
      { ask "person.erase" { id = "li", by = "admin" }, expect = refused "erased" },
    },
  },
  test "a customer is handed over by name" {
    given = li,
    steps = {
      { act "hand_over" { on = "li", by = "ben", handler = "mei" }, expect = { data = { handler = "mei" } } },
      { act "hand_over" { on = "li", by = "li_na", handler = "nobody" }, expect = refused "bad_form" },
    },
  },

  -- important data of key customers
  test "a key customer's important data is not changed at the desk" {
    given = key,
    cases = {
      { by = "ben", phone = "13900000009", expect = refused "not_allowed" },
      { by = "ben", address = "Elsewhere", expect = refused "not_allowed" },
      { by = "chen", name = "Li Wu",       expect = refused "not_allowed" },
      { by = "admin", terms = "30 days",   expect = refused "not_allowed" },
      { by = "ben", industry = "tea",      expect = allowed },
    },
    when = update "li" {},
  },
  test "an ordinary customer's telephone number is changed by whoever serves them" {
    given = li,
    steps = { { act "update" { on = "li", by = "ben", phone = "13900000009" }, expect = allowed } },
  },
}
