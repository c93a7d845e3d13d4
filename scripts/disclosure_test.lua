-- Disclosure (rule book 13). What is secret is in no reply but case.disclose.
local li = customer "li" { by = "ben", name = "Li Wei", unit = "gz", handler = "ben", key_persons = "Wu Lei", terms = "30 days" }
local asked = disclosure "d" { by = "ben", customer = "li", level = "confidential", purpose = "Visit" }
return {
  test "nobody sees a secret by serving the customer; who may see it is named, approved, and for a limited time" {
    at = "2026-03-02 09:00",
    given = { li, asked },
    steps = {
      { ask "case.disclose" { by = "ben", id = "li" }, expect = refused "secret" },
      { act "grant" { on = "d", by = "ben" },  expect = refused "not_allowed" },
      { act "grant" { on = "d", by = "zhao" }, expect = refused "not_allowed" },                -- a manager approves what is secret, no more
      { act "grant" { on = "d", by = "yan" },  expect = { state = "granted", told = { "ben" }, data = { decider = "yan" } } },
      { ask "case.disclose" { by = "ben", id = "li", fields = { "key_persons" } }, expect = { disclosed = { key_persons = "Wu Lei" } } },
      { ask "case.disclose" { by = "ben", id = "li" }, expect = { disclosed = { key_persons = "Wu Lei" } } },
      { ask "case.disclose" { by = "ben", id = "li", fields = { "terms" } }, expect = refused "secret" },   -- top secret is above it
      { ask "case.disclose" { by = "chen", id = "li" }, expect = refused "secret" },            -- it is ben's, not the house's
      { at = "2026-03-16 08:59" },
      { ask "case.disclose" { by = "ben", id = "li" }, expect = { disclosed = { key_persons = "Wu Lei" } } },
      { at = "2026-03-16 09:00", on = "d", expect = in_state "over" },
      { ask "case.disclose" { by = "ben", id = "li" }, expect = refused "secret" },
    },
  },
  test "a manager approves what is secret, and takes it back" {
    given = { employee "e" { by = "guo", login = "neu", name = "Neu", unit = "gz", roles = { "handler" }, person = "E-9", phone = "13900000001" }, disclosure "d" { by = "guo", employee = "e", level = "secret", purpose = "Family call" } },
    steps = {
      { ask "case.disclose" { by = "guo", id = "e", fields = { "person" } }, expect = { disclosed = { person = "E-9" } } },   -- the administration's own files
      { act "grant" { on = "d", by = "zhao" },  expect = in_state "granted" },
      { act "revoke" { on = "d", by = "yan" },  expect = refused "not_allowed" },
      { act "revoke" { on = "d", by = "chen" }, expect = { state = "revoked", data = { decider = "chen" } } },
    },
  },
  test "a disclosure says of what" {
    steps = { { open = disclosure "x" { by = "ben", level = "secret", purpose = "Curious" }, expect = refused "not_allowed" } },
  },
  test "what is refused, withdrawn or forgotten discloses nothing" {
    at = "2026-03-02 09:00",
    given = { li, asked, disclosure "e" { by = "ben", customer = "li", level = "top_secret", purpose = "Visit" },
              disclosure "f" { by = "ben", customer = "li", level = "confidential", purpose = "Visit" } },
    steps = {
      { act "withdraw" { on = "d", by = "mei" }, expect = refused "not_found" },
      { act "withdraw" { on = "d", by = "ben" }, expect = in_state "withdrawn" },
      { act "refuse" { on = "e", by = "yan", opinion = "no need" }, expect = { state = "refused", told = { "ben" }, data = { decider = "yan" } } },
      { at = "2026-03-20 09:00", on = "f", expect = in_state "withdrawn" },
      { ask "case.disclose" { by = "ben", id = "li" }, expect = refused "secret" },
    },
  },
  test "who approves his own wish is refused, whatever his rank" {
    given = { li, disclosure "d" { by = "zhao", customer = "li", level = "secret", purpose = "Visit" } },
    steps = {
      { act "grant" { on = "d", by = "zhao" }, expect = refused "four_eyes" },
      { act "grant" { on = "d", by = "chen" }, expect = in_state "granted" },
    },
  },
  test "the key customer's important data is seen by who decides on it" {
    given = { customer "li" { by = "ben", name = "Li Wei", unit = "gz", revenue_year = "1500000.00" },
              customer_change "c" { by = "ben", customer = "li", new_terms = "60 days", reason = "New contract" } },
    steps = {
      { ask "case.disclose" { by = "lin", id = "c", fields = { "new_terms" } }, expect = { disclosed = { new_terms = "60 days" } } },
      { ask "case.disclose" { by = "ben", id = "c" }, expect = refused "secret" },
    },
  },
}
