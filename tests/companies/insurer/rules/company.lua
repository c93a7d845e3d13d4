return company {
  name = "atlantic_mutual", title = { en = "Atlantic Mutual Insurance" },
  zone = "Europe/Dublin", currency = "EUR",
  clock = "service_hours",
  contact = "contact_hours",
  languages = { "en" },
}
