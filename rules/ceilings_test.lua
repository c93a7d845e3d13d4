-- What a month holds, by role; and which remedies are money.
return {
  test "a month holds more the higher one stands" { steps = {
    { decide "remedy.person_month" { role = "handler" },             expect = { limit = "2000.00" } },
    { decide "remedy.person_month" { role = "supervisor" },          expect = { limit = "20000.00" } },
    { decide "remedy.person_month" { role = "head_of_department" },  expect = { limit = "100000.00" } },
    { decide "remedy.person_month" { role = "branch_manager" },      expect = { limit = "500000.00" } },
    { decide "remedy.person_month" { role = "headquarters_centre" }, expect = { limit = "unlimited" } },
    { decide "remedy.person_month" { role = "staff" },               expect = { limit = "0.00" } },
  } },
  test "a unit's month is the unit's, whoever grants in it" { steps = {
    { decide "remedy.unit_month" { role = "handler" },             expect = { limit = "50000.00", rule = "unit_month" } },
    { decide "remedy.unit_month" { role = "head_of_department" },  expect = { limit = "50000.00", rule = "unit_month" } },
    { decide "remedy.unit_month" { role = "branch_manager" },      expect = { limit = "300000.00" } },
    { decide "remedy.unit_month" { role = "headquarters_centre" }, expect = { limit = "unlimited" } },
    { decide "remedy.unit_month" { role = "archive_keeper" },      expect = { limit = "0.00" } },
  } },
  test "refunds, returns and compensations are money" { steps = {
    { decide "remedy.pays" { remedy = "refund" },           expect = { pays = true } },
    { decide "remedy.pays" { remedy = "return" },           expect = { pays = true } },
    { decide "remedy.pays" { remedy = "compensation" },     expect = { pays = true } },
    { decide "remedy.pays" { remedy = "gift" },             expect = { pays = false } },
    { decide "remedy.pays" { remedy = "problem_handling" }, expect = { pays = false } },
    { decide "remedy.pays" { remedy = "apology" },          expect = { pays = false } },
  } },
}
