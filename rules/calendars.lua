return {
  calendar "service_hours" {
    title = { en = "Service hours", zh = "服务时间" },
    week = { { days = "Monday..Friday", hours = { "09:00-12:00", "13:00-18:00" } } },
    holidays = "cn",                          -- rules/holidays/: days off and working weekends (调休)
  },
  calendar "hotline" { title = { en = "Hotline, day and night", zh = "全天候热线" }, always = true },
}
