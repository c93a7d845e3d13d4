return {
  calendar "service_hours" {
    title = { en = "Service hours", zh = "服务时间" },
    week = { { days = "Monday..Friday", hours = { "09:00-12:00", "13:00-18:00" } } },
    holidays = "cn",                          -- rules/holidays/: days off and working weekends (调休)
  },
  calendar "contact_hours" {                  -- deadlines ring when they ring; nobody is called at night
    title = { en = "Contact hours", zh = "可通知时段" },
    week = { { days = "Monday..Sunday", hours = "08:00-21:00" } },
  },
  calendar "contact_london" {                 -- customers' own rest times: nobody is called back in them (rules/callbacks.lua)
    title = { en = "Contact hours in London", zh = "伦敦可联系时段" }, zone = "Europe/London",
    week = { { days = "Monday..Saturday", hours = "09:00-20:00" } },
  },
  calendar "contact_new_york" {
    title = { en = "Contact hours in New York", zh = "纽约可联系时段" }, zone = "America/New_York",
    week = { { days = "Monday..Saturday", hours = "09:00-20:00" } },
  },
  calendar "hotline" { title = { en = "Hotline, day and night", zh = "全天候热线" }, always = true },
  calendar "uk_office" {
    title = { en = "London office", zh = "伦敦办事处" }, zone = "Europe/London",
    week = { { days = "Monday..Friday", hours = "09:00-17:30" } },
    holidays = "uk",                          -- England and Wales
  },
  calendar "us_office" {
    title = { en = "New York office", zh = "纽约办事处" }, zone = "America/New_York",
    week = { { days = "Monday..Friday", hours = "09:00-17:00" } },
    holidays = "us",
  },
}
