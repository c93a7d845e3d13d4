return company {
  name = "example", title = { en = "Example Company", zh = "示例公司" },
  zone = "Asia/Shanghai", currency = "CNY",
  clock = "service_hours",                    -- the clock of every limit that does not name another
  contact = "contact_hours",                  -- when people are told; what is urgent says at_once
  languages = { "zh", "en" },
}
