-- What we owe customers and have paid them: posted by rules once and only once, taken back by counter-entries, never edited (rule book 8).
return ledger "customer_credit" {
  title = { en = "Customer credit", zh = "客户往来账" }, of = "customer", kinds = remedies, number = "LE-{year}-{000000}",
}
