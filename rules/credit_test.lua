-- What makes a grade, and what it means.
return {
  test "points are added up" { steps = {
    { decide "credit.score" { traded = "5000000.00", fulfilment = 100, years_known = 5, profitable = true }, expect = { score = 100, rule = "fulfils_all" } },
    { decide "credit.score" { traded = "4999999.99", fulfilment = 97, years_known = 2, profitable = true }, expect = { score = 70, rule = "traded_well" } },
    { decide "credit.score" { traded = "0.00", fulfilment = 79, years_known = 0, profitable = false }, expect = { score = 10, rule = "base" } },
    { decide "credit.score" { traded = "100000.00", fulfilment = 80, years_known = 1, profitable = false }, expect = { score = 30, rule = "fulfils_mostly" } },
  } },
  test "a score makes a grade, to the point" { steps = {
    { decide "credit.grade" { score = 85 }, expect = { grade = "green" } },  { decide "credit.grade" { score = 84 }, expect = { grade = "yellow" } },
    { decide "credit.grade" { score = 65 }, expect = { grade = "yellow" } }, { decide "credit.grade" { score = 64 }, expect = { grade = "red" } },
    { decide "credit.grade" { score = 40 }, expect = { grade = "red" } },    { decide "credit.grade" { score = 39 }, expect = { grade = "black" } },
  } },
  test "each grade has its own measures" { steps = {
    { decide "credit.measures" { grade = "green" },  expect = { credit_days = 60, prepaid_percent = 0 } },
    { decide "credit.measures" { grade = "yellow" }, expect = { credit_days = 30, prepaid_percent = 10 } },
    { decide "credit.measures" { grade = "red" },    expect = { credit_days = 7, prepaid_percent = 30 } },
    { decide "credit.measures" { grade = "black" },  expect = { credit_days = 0, prepaid_percent = 100, measure = "delivery after payment only" } },
  } },
  test "under sixty in a hundred a customer falls" { steps = {
    { decide "credit.floor" { fulfilment = 59 }, expect = { falls = true, rule = "falls" } },
    { decide "credit.floor" { fulfilment = 60 }, expect = { falls = false } },
  } },
  test "what was traded counts from one hundred thousand, one million and five million on" {
    when = decide "credit.score" { fulfilment = 0, years_known = 0, profitable = false },
    cases = {
      { traded = "99999.99",   expect = { score = 10 } }, { traded = "100000.00",  expect = { score = 20 } }, { traded = "999999.99",  expect = { score = 20 } },
      { traded = "1000000.00", expect = { score = 30 } }, { traded = "4999999.99", expect = { score = 30 } }, { traded = "5000000.00", expect = { score = 40 } },
    },
  },
  test "what was fulfilled counts from eighty, ninety and ninety-eight in a hundred on" {
    when = decide "credit.score" { traded = "0.00", years_known = 0, profitable = false },
    cases = {
      { fulfilment = 79, expect = { score = 10 } }, { fulfilment = 80, expect = { score = 20 } }, { fulfilment = 89, expect = { score = 20 } },
      { fulfilment = 90, expect = { score = 35 } }, { fulfilment = 97, expect = { score = 35 } }, { fulfilment = 98, expect = { score = 50 } },
    },
  },
  test "who is known for two years, and for five, and who makes a profit" {
    when = decide "credit.score" { traded = "0.00", fulfilment = 0 },
    cases = {
      { years_known = 1, expect = { score = 10 } }, { years_known = 2, expect = { score = 15 } }, { years_known = 4, expect = { score = 15 } },
      { years_known = 5, expect = { score = 20 } }, { years_known = 1, profitable = true, expect = { score = 20 } },
    },
  },
  test "the better the grade, the more rarely it is rated" { steps = {
    { decide "credit.measures" { grade = "green" }, expect = { rated_every_months = 12 } }, { decide "credit.measures" { grade = "yellow" }, expect = { rated_every_months = 6 } },
    { decide "credit.measures" { grade = "red" },   expect = { rated_every_months = 3 } },  { decide "credit.measures" { grade = "black" },  expect = { rated_every_months = 3 } },
    { decide "credit.signature" { to_grade = "green" }, expect = { sign = "3 business days", extended = "4 business days" } },
  } },
}
