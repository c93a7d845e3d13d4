-- What is done for many customers at once, record by record (`redress job list` shows how far it is).
return {
  schedule "customer_silence" {               -- a stage may change because nothing happens: looked at once a month
    title = { en = "Monthly look for customers who fell silent", zh = "客户沉默月度排查" },
    rule = "FREQ=MONTHLY;BYMONTHDAY=2", at = "03:00",
    each = "customer", where = { stage = { "new", "regular", "loyal" }, state = "active" }, send = "look",
    owner = "customer service management",
  },
}
