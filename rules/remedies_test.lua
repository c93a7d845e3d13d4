-- The table of powers, row by row. What happens above a limit is promised in scripts/complaint_remedy_test.lua.
return {
  test "refunds" { steps = {
    { decide "remedy.limit" { remedy = "refund", role = "handler", tier = "ordinary" },             expect = { limit = "100.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "handler", tier = "quality" },              expect = { limit = "200.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "handler", tier = "key" },                  expect = { limit = "500.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "supervisor", tier = "key" },               expect = { limit = "2000.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "head_of_department", tier = "ordinary" },  expect = { limit = "10000.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "branch_manager", tier = "ordinary" },      expect = { limit = "100000.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "headquarters_centre", tier = "ordinary" }, expect = { limit = "unlimited" } },
  } },
  test "returns of goods" { steps = {
    { decide "remedy.limit" { remedy = "return", role = "handler", tier = "key" },                 expect = { limit = "300.00" } },
    { decide "remedy.limit" { remedy = "return", role = "supervisor", tier = "ordinary" },         expect = { limit = "3000.00" } },
    { decide "remedy.limit" { remedy = "return", role = "head_of_department", tier = "ordinary" }, expect = { limit = "20000.00" } },
    { decide "remedy.limit" { remedy = "return", role = "branch_manager", tier = "ordinary" },     expect = { limit = "unlimited", rule = "return_above" } },
  } },
  test "a handler promises no compensation" { steps = {
    { decide "remedy.limit" { remedy = "compensation", role = "handler", tier = "key" }, expect = { limit = "0.00" } },
  } },
  test "compensations" { steps = {
    { decide "remedy.limit" { remedy = "compensation", role = "supervisor", tier = "key" },               expect = { limit = "1000.00" } },
    { decide "remedy.limit" { remedy = "compensation", role = "supervisor", tier = "quality" },           expect = { limit = "500.00" } },
    { decide "remedy.limit" { remedy = "compensation", role = "head_of_department", tier = "ordinary" },  expect = { limit = "5000.00" } },
    { decide "remedy.limit" { remedy = "compensation", role = "branch_manager", tier = "ordinary" },      expect = { limit = "50000.00" } },
    { decide "remedy.limit" { remedy = "compensation", role = "headquarters_centre", tier = "ordinary" }, expect = { limit = "unlimited" } },
  } },
  test "gifts" { steps = {
    { decide "remedy.limit" { remedy = "gift", role = "handler", tier = "key" },                  expect = { limit = "200.00" } },
    { decide "remedy.limit" { remedy = "gift", role = "handler", tier = "ordinary" },             expect = { limit = "50.00" } },
    { decide "remedy.limit" { remedy = "gift", role = "supervisor", tier = "ordinary" },          expect = { limit = "500.00" } },
    { decide "remedy.limit" { remedy = "gift", role = "headquarters_centre", tier = "ordinary" }, expect = { limit = "5000.00" } },
  } },
  test "anyone who handles may apologise in writing and see to the problem" { steps = {
    { decide "remedy.limit" { remedy = "apology", role = "handler", tier = "ordinary" },      expect = { limit = "unlimited", rule = "apology" } },
    { decide "remedy.limit" { remedy = "problem_handling", role = "handler", tier = "key" },  expect = { limit = "unlimited", rule = "problem_handling" } },
  } },
  test "a role that is not listed may grant nothing" { steps = {
    { decide "remedy.limit" { remedy = "refund", role = "staff", tier = "key" },         expect = { limit = "0.00" } },
    { decide "remedy.limit" { remedy = "refund", role = "administrator", tier = "key" }, expect = { limit = "0.00" } },
  } },
}
