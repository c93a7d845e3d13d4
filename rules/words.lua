-- The words that people choose from when they handle a complaint.
return {
  choices "tiers" {                           -- widest service first
    { "key",      en = "Key customer",      zh = "大客户" },
    { "quality",  en = "Quality customer",  zh = "优质客户" },
    { "ordinary", en = "Ordinary customer", zh = "普通客户" },
  },
  choices "channels" {
    { "hotline", en = "Hotline", zh = "热线" },    { "counter", en = "Counter", zh = "柜台" },
    { "email",   en = "E-mail",  zh = "电子邮件" }, { "website", en = "Website", zh = "网站" },
    { "phone",   en = "Phone",   zh = "电话" },    { "letter",  en = "Letter",  zh = "信函" },
    { "visit",   en = "Visit",   zh = "来访" },
  },
  choices "problems" {
    { "billing",   en = "Billing",            zh = "收费" },
    { "quality",   en = "Product quality",    zh = "产品质量" },
    { "delivery",  en = "Delivery",           zh = "配送" },
    { "service",   en = "Service, attitude",  zh = "服务态度" },
    { "technical", en = "Technical fault",    zh = "技术故障" },
    { "contract",  en = "Contract",           zh = "合同" },
    { "privacy",   en = "Disclosure of data", zh = "信息泄露" },
  },
  choices "departments" {
    { "customer_service", en = "Customer service", zh = "客户服务部" },
    { "product",          en = "Product",          zh = "产品部" },
    { "technical",        en = "Technical",        zh = "技术部" },
    { "sales",            en = "Sales",            zh = "销售部" },
    { "finance",          en = "Finance",          zh = "财务部" },
    { "logistics",        en = "Logistics",        zh = "物流部" },
  },
  choices "remedies" {
    { "refund",           en = "Refund",           zh = "退费" },
    { "return",           en = "Return of goods",  zh = "退货" },
    { "compensation",     en = "Compensation",     zh = "赔偿" },
    { "gift",             en = "Gift",             zh = "赠送" },
    { "problem_handling", en = "Problem handling", zh = "问题处理" },
    { "apology",          en = "Written apology",  zh = "书面道歉" },
  },
  choices "urgencies" {
    { "normal", en = "Normal", zh = "一般" }, { "high", en = "High", zh = "重要" },
    { "urgent", en = "Urgent", zh = "紧急" },
  },
  choices "tracks" {
    { "normal", en = "Normal track", zh = "普通通道" }, { "green", en = "Green channel", zh = "绿色通道" },
  },
  choices "grounds" {
    { "sufficient", en = "Sufficient", zh = "理由充分" }, { "insufficient", en = "Insufficient", zh = "理由不充分" },
  },
  choices "demands" {
    { "reasonable", en = "Reasonable", zh = "要求合理" }, { "unreasonable", en = "Unreasonable", zh = "要求不合理" },
  },
  choices "cause_kinds" {
    { "person", en = "One person's cause", zh = "个人原因" }, { "team", en = "A whole team's cause", zh = "团队原因" },
  },
}
