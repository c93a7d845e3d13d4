-- Rule book 8: how the credit of a key customer is scored, which grade a score makes, and what each grade means for us.
return {
  decision "credit.score" {                   -- points are added up: every row that matches counts
    title = { en = "Credit score", zh = "信用评分" }, owner = "credit office",
    input  = { traded = money, fulfilment = integer, years_known = integer, profitable = boolean },
    output = { score = integer }, hit = "collect", aggregate = "sum",
    rows = {
      { id = "base",              score = 10 },
      { id = "traded_much",       traded = ">= 5000000.00",               score = 30 },
      { id = "traded_well",       traded = "[1000000.00..5000000.00)",    score = 20 },
      { id = "traded_some",       traded = "[100000.00..1000000.00)",     score = 10 },
      { id = "fulfils_all",       fulfilment = ">= 98",                   score = 40 },
      { id = "fulfils_well",      fulfilment = "[90..98)",                score = 25 },
      { id = "fulfils_mostly",    fulfilment = "[80..90)",                score = 10 },
      { id = "known_long",        years_known = ">= 5",                   score = 10 },
      { id = "known_some_time",   years_known = "[2..5)",                 score = 5 },
      { id = "makes_a_profit",    profitable = true,                      score = 10 },
    },
  },
  decision "credit.grade" {
    title = { en = "Grade by score", zh = "信用等级" }, owner = "credit office",
    input = { score = integer }, output = { grade = credit_grades }, hit = "unique",
    rows = {
      { id = "green",  score = ">= 85",    grade = "green" },
      { id = "yellow", score = "[65..85)", grade = "yellow" },
      { id = "red",    score = "[40..65)", grade = "red" },
      { id = "black",  score = "< 40",     grade = "black" },
    },
  },
  decision "credit.measures" {
    title = { en = "What a grade means", zh = "各等级管理措施" }, owner = "credit office",
    input  = { grade = credit_grades },
    output = { credit_days = integer, prepaid_percent = integer, rated_every_months = integer, measure = text },
    hit = "unique",
    rows = {
      { id = "green_measures",  grade = "green",  credit_days = 60, prepaid_percent = 0,   rated_every_months = 12, measure = "first in delivery and service" },
      { id = "yellow_measures", grade = "yellow", credit_days = 30, prepaid_percent = 10,  rated_every_months = 6,  measure = "normal delivery, credit watched" },
      { id = "red_measures",    grade = "red",    credit_days = 7,  prepaid_percent = 30,  rated_every_months = 3,  measure = "delivery after part payment, visited monthly" },
      { id = "black_measures",  grade = "black",  credit_days = 0,  prepaid_percent = 100, rated_every_months = 3,  measure = "delivery after payment only" },
    },
  },
  decision "credit.signature" {               -- and one day later at most, where the marketing director extends it
    title = { en = "For the signature on a change of grade", zh = "总部签批时限" }, owner = "credit office",
    input = { to_grade = credit_grades }, output = { sign = duration, extended = duration }, hit = "first",
    rows = { { id = "every grade", sign = "3 business days", extended = "4 business days" } },
  },
  decision "credit.floor" {                   -- under it the customer falls to ordinary by itself and loses the privileges
    title = { en = "Fulfilment under which a customer falls", zh = "履约率下限" }, owner = "credit office",
    input = { fulfilment = integer }, output = { falls = boolean, grade = credit_grades }, hit = "unique",
    rows = {                                  -- grade: what who falls is given at once; it counts there only
      { id = "falls",  fulfilment = "< 60",  falls = true, grade = "black" },
      { id = "stands", fulfilment = ">= 60", falls = false, grade = "red" },
    },
  },
}
