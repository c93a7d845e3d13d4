-- The words of the customer file.
return {
  choices "customer_statuses" {
    { "prospect", en = "Prospect", zh = "意向" }, { "likely", en = "Likely customer", zh = "准客户" },
    { "customer", en = "Customer", zh = "客户" }, { "paused", en = "Paused", zh = "暂停" },
  },
  choices "customer_sources" {
    { "own_contact",   en = "Own contact",   zh = "自有联系" },
    { "advertisement", en = "Advertisement", zh = "广告" },
    { "referral",      en = "Referral",      zh = "转介绍" },
  },
  choices "credit_grades" {                   -- from high to low
    { "green", en = "Green (high)", zh = "绿色(高)" }, { "yellow", en = "Yellow", zh = "黄色" },
    { "red", en = "Red (fair)", zh = "红色(一般)" },   { "black", en = "Black (low)", zh = "黑色(低)" },
  },
}
