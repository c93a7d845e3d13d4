-- Two clocks of our own: the claims office, Monday to Saturday with a lunch break, longer in the storm months; and the claims line, day and
-- night. The workflows of the pack ask for `service_hours` and `hotline`: here is said which of ours these are.
return {
  calendar "claims_office" {
    title = { en = "Claims office" },
    week = { { days = "Monday..Friday", hours = { "08:30-12:30", "13:15-17:00" } }, { days = "Saturday", hours = "09:00-12:30" } },
    seasons = {                               -- gales come from the Atlantic: open longer, also on Saturday afternoons
      { from = "11-01", to = "02-15", week = { { days = "Monday..Friday",  hours = { "08:00-12:30", "13:15-18:30" } },
                                               { days = "Saturday",        hours = { "09:00-12:30", "13:15-16:00" } } } },
    },
    holidays = "ie",
    days = { { "2026-12-24", hours = "08:30-12:30", title = "Christmas Eve" } },
  },
  calendar "claims_line" { title = { en = "Claims line, day and night" }, always = true },

  calendar "service_hours" { title = { en = "Claims office (clock of the procedures)" }, extends = "claims_office" },
  calendar "hotline" { title = { en = "Claims line (clock of promises)" }, extends = "claims_line" },
  calendar "contact_hours" {
    title = { en = "When policyholders may be called" },
    week = { { days = "Monday..Friday", hours = "09:00-19:30" }, { days = "Saturday", hours = "10:00-14:00" } },
  },
  calendar "contact_canaries" {               -- who winters in the sun
    title = { en = "When policyholders on the Canaries may be called" }, zone = "Atlantic/Canary",
    week = { { days = "Monday..Saturday", hours = "10:00-20:00" } },
  },
}
