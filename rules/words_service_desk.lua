-- The words of the service desk's incidents.
return {
  choices "incident_priorities" {
    { "critical", en = "1 Critical", zh = "一级:危急" }, { "high", en = "2 High",  zh = "二级:高" },
    { "moderate", en = "3 Moderate", zh = "三级:中" },   { "low",  en = "4 Low",   zh = "四级:低" },
  },
  choices "incident_levels" {                 -- of impact and of urgency
    { "high", en = "1 High", zh = "高" }, { "medium", en = "2 Medium", zh = "中" }, { "low", en = "3 Low", zh = "低" },
  },
  choices "incident_contacts" {
    { "phone", en = "Phone", zh = "电话" }, { "self_service", en = "Self service", zh = "自助" },
    { "email", en = "E-mail", zh = "电子邮件" },
  },
}
