-- What we owe customers and have paid them: posted by rules once and only once, taken back by counter-entries, never edited (rule book 8).
-- And what campaigns have spent of their budgets: posted when it is granted, taken back with the payment (scripts/complaint.lua).
return {
  ledger "customer_credit" {
    title = { en = "Customer credit", zh = "客户往来账" }, of = "customer", kinds = remedies, number = "LE-{year}-{000000}",
  },
  ledger "campaign_spend" {
    title = { en = "Campaign spending", zh = "活动支出账" }, of = "campaign", kinds = remedies, number = "CS-{year}-{000000}",
  },
}
