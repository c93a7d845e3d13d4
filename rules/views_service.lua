-- Lists of complaints and callbacks. What nobody may read stands in none of them (rules/authority.lua).
local case = { "number", "state", "customer.name", "customer_tier", "problem", "department", "priority", "handler", "opened_at" }
local over = { except = { "closed", "archived", "withdrawn", "explained" } }
local call = { "number", "state", "customer.name", "tier", "channel", "seat", "agent", "due_on", "attempts", "promised_at" }

return {
  view "my_complaints" {
    title = { en = "My open complaints", zh = "我的未结投诉" }, of = "complaint", where = { handler = "$me", state = over }, columns = case, order = "id",
  },
  view "complaints_of_unit" {
    title = { en = "Open complaints of my unit", zh = "本机构未结投诉" }, of = "complaint", params = { handler = account, priority = urgencies },
    where = { unit = "$my_unit", state = over, handler = "$handler?", priority = "$priority?" }, columns = case, order = "id",
  },
  view "complaints_of_department" {
    title = { en = "Open complaints of a department", zh = "部门未结投诉" }, of = "complaint", params = { department = departments, problem = problems },
    where = { department = "$department", state = over, problem = "$problem?" }, columns = case, order = "id",
  },
  view "complaints_of_customer" {
    title = { en = "Complaints of a customer", zh = "某客户的投诉" }, of = "complaint", params = { customer = reference "customer" },
    where = { customer = "$customer" }, columns = case, order = "-id",
  },
  view "late_complaints" {
    title = { en = "Complaints of this month that were not verified in time", zh = "本月未按时核实的投诉" }, of = "complaint", params = { unit = unit },
    where = { unit = "$unit", opened_at = { from = "$month" }, answered_in_time = false }, columns = case, order = "-id",
  },

  view "my_callbacks" {
    title = { en = "My callbacks that are due", zh = "我的到期回访" }, of = "callback",
    where = { agent = "$me", due_on = { to = "$today+1" }, state = { except = { "recorded", "not_reached", "withdrawn" } } }, columns = call, order = "due_on",
  },
  view "callbacks_due" {
    title = { en = "Callbacks that are due", zh = "到期回访" }, of = "callback", params = { days = integer { default = 1, min = 1, max = 90 }, seat = callback_seats },
    where = { due_on = { to = "$today+{days}" }, seat = "$seat?", state = { except = { "recorded", "not_reached", "withdrawn" } } }, columns = call, order = "due_on",
  },
}
