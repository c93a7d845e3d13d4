-- The company of the samples: in words that every version of the language has. Samples hold these rules; a change here
-- is a new generation to them.
return {
  company { name = "samples", zone = "Asia/Shanghai", currency = "CNY" },
  calendar "office" { week = { { days = "Monday..Friday", hours = { "09:00-12:00", "13:00-18:00" } } } },
  organisation {
    roles = { "staff", { "handler", is = { "staff" } }, { "boss", is = { "handler" } }, "administrator" },
    units = { "hq", { "gz", under = "hq" }, { "sz", under = "hq" } },
    accounts = {
      { "ann", unit = "gz", roles = { "staff" } },
      { "ben", unit = "gz", group = "g1", roles = { "handler" } },
      { "sun", unit = "sz", group = "g1", roles = { "handler" } },
      { "max", unit = "hq", roles = { "boss" } },
      { "adm", unit = "hq", roles = { "administrator" } },
    },
  },
  choices "kinds" { "plain", "odd" },
  record "person" { number = "P-{0000}", unit = "unit", owner = "keeper", fields = {
    name = text { required = true, indexed = true }, phone = text { unique = true },
    worth = money { indexed = true }, born = date { indexed = true },
    kind = kinds { default = "plain" }, tags = list_of(text), keeper = account, unit = unit { indexed = true } } },
  authority {
    { { "person.create", "person.update" }, from = { "staff", "administrator" } },
    { { "person.read", "job.read", "task.read" }, from = { "boss", "administrator" } },
    { { "person.read", "job.read", "task.read" }, from = "staff", reach = "unit" },
    { { "job.open", "task.add" }, from = "staff" },
    { { "job.work", "job.wait", "job.resume", "job.done", "job.split", "job.remind", "task.finish" },
      from = "handler", reach = "unit" },
    { "job.grant", from = "handler", reach = "unit", up_to = "grant.limit" },
    { { "feed.subscribe", "decision.evaluate", "policy.info", "notice.list" }, from = "staff" },
    { { "policy.reload", "account.token" }, from = "administrator" },
  },
  decision "grant.limit" { input = { role = one_of { "staff", "handler", "boss", "administrator" } },
    output = { limit = money }, hit = "unique",
    rows = { { role = "handler", limit = "100.00" }, { role = "boss", limit = "1000.00" } },
    otherwise = { limit = "0.00" } },
}
