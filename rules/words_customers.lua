-- The words of the customer file.
return {
  choices "customer_statuses" {
    { "prospect", en = "Prospect", zh = "意向" }, { "likely", en = "Likely customer", zh = "准客户" },
    { "customer", en = "Customer", zh = "客户" }, { "paused", en = "Paused", zh = "暂停" },
  },
  choices "genders" { { "female", en = "Female", zh = "女" }, { "male", en = "Male", zh = "男" }, { "other", en = "Other", zh = "其他" } },
  choices "customer_stages" {                 -- along the way
    { "potential", en = "Potential", zh = "潜在客户" }, { "new", en = "New", zh = "新客户" },
    { "regular", en = "Regular", zh = "常客户" },       { "loyal", en = "Loyal", zh = "忠诚客户" },
    { "dormant", en = "Dormant", zh = "休眠客户" },
  },
  choices "service_items" {
    { "underwriting", en = "Underwriting", zh = "承保服务" },       { "claims", en = "Claims", zh = "理赔服务" },
    { "loss_prevention", en = "Loss prevention", zh = "防灾防损" }, { "technical", en = "Technical support", zh = "技术支持" },
    { "knowledge", en = "Knowledge", zh = "知识服务" },             { "consulting", en = "Consulting", zh = "咨询服务" },
    { "extras", en = "Extras", zh = "附加服务" },
  },
  choices "contact_ways" {
    { "phone", en = "Phone", zh = "电话" }, { "visit", en = "Visit", zh = "拜访" }, { "email", en = "E-mail", zh = "邮件" },
    { "message", en = "Message", zh = "短信" }, { "counter", en = "At the counter", zh = "柜台" },
  },
  choices "customer_sources" {
    { "own_contact",   en = "Own contact",   zh = "自有联系" },
    { "advertisement", en = "Advertisement", zh = "广告" },
    { "referral",      en = "Referral",      zh = "转介绍" },
  },
  choices "letter_languages" { { "zh", en = "Chinese", zh = "中文" }, { "en", en = "English", zh = "英文" } },
  choices "credit_grades" {                   -- from high to low
    { "green", en = "Green (high)", zh = "绿色(高)" }, { "yellow", en = "Yellow", zh = "黄色" },
    { "red", en = "Red (fair)", zh = "红色(一般)" },   { "black", en = "Black (low)", zh = "黑色(低)" },
  },
}
