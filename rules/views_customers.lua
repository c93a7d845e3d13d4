-- The lists that people use all day (rule book 2): `redress view run NAME`. Everybody sees what rules/authority.lua lets him read: staff
-- their own customers, a supervisor the group's, an administrator all; `staff` narrows a list to one member of staff.
local file = { "number", "name", "company", "phone", "status", "tier", "stage", "handler", "last_contact", "next_visit" }
local talk = { "number", "at", "customer.name", "subject", "way", "by_whom", "times" }

return {
  -- ---- contacted, visited, to visit ----
  view "contacted_today" {
    title = { en = "Customers contacted today", zh = "今日已联系客户" }, of = "customer", params = { staff = account },
    where = { last_contact = { from = "$today", to = "$today+1" }, handler = "$staff?" }, columns = file,
  },
  view "visited_this_week" {
    title = { en = "Visits of this week", zh = "本周拜访" }, of = "contact", params = { staff = account },
    where = { at = { from = "$week", to = "$week+1" }, way = "visit", by_whom = "$staff?" }, columns = talk, order = "-at",
  },
  view "visited_this_month" {
    title = { en = "Visits of this month", zh = "本月拜访" }, of = "contact", params = { staff = account },
    where = { at = { from = "$month", to = "$month+1" }, way = "visit", by_whom = "$staff?" }, columns = talk, order = "-at",
  },
  view "to_visit_today" {
    title = { en = "Customers to visit today, and those that are late", zh = "今日待拜访客户(含逾期)" }, of = "customer", params = { staff = account },
    where = { next_visit = { to = "$today+1" }, handler = "$staff?", state = "active" }, columns = file, order = "next_visit",
  },
  view "to_visit_this_week" {
    title = { en = "Customers to visit this week", zh = "本周待拜访客户" }, of = "customer", params = { staff = account },
    where = { next_visit = { from = "$week", to = "$week+1" }, handler = "$staff?", state = "active" }, columns = file, order = "next_visit",
  },
  view "to_visit_this_month" {
    title = { en = "Customers to visit this month", zh = "本月待拜访客户" }, of = "customer", params = { staff = account },
    where = { next_visit = { from = "$month", to = "$month+1" }, handler = "$staff?", state = "active" }, columns = file, order = "next_visit",
  },
  view "to_visit_in_days" {
    title = { en = "My customers to visit in the next days", zh = "未来数日我的待拜访客户" }, of = "customer", params = { days = integer { default = 7, min = 1, max = 366 } },
    where = { handler = "$me", next_visit = { from = "$today", to = "$today+{days}" } }, columns = file, order = "next_visit",
  },

  -- ---- added ----
  view "added_today" {
    title = { en = "Customers added today", zh = "今日新增客户" }, of = "customer",
    where = { state = { "active", "pool" }, opened_at = { from = "$today" } }, columns = file, order = "-id",
  },
  view "added_this_week" {
    title = { en = "Customers added this week", zh = "本周新增客户" }, of = "customer",
    where = { state = { "active", "pool" }, opened_at = { from = "$week" } }, columns = file, order = "-id",
  },
  view "added_this_month" {
    title = { en = "Customers added this month", zh = "本月新增客户" }, of = "customer",
    where = { state = { "active", "pool" }, opened_at = { from = "$month" } }, columns = file, order = "-id",
  },

  -- ---- by status, level, member of staff, any field ----
  view "customers_by_status" {
    title = { en = "Customers of a status", zh = "按状态查询客户" }, of = "customer", params = { status = list_of(customer_statuses), staff = account },
    where = { status = "$status", handler = "$staff?" }, columns = file, order = "-id",
  },
  view "customers_by_tier" {
    title = { en = "Customers of a tier and stage", zh = "按层级、阶段查询客户" }, of = "customer", params = { tier = list_of(tiers), stage = customer_stages },
    where = { tier = "$tier", stage = "$stage?" }, columns = file, order = "-id",
  },
  view "my_customers" {
    title = { en = "My customers", zh = "我的客户" }, of = "customer", params = { status = customer_statuses, tier = tiers },
    where = { handler = "$me", status = "$status?", tier = "$tier?" }, columns = file, order = "-id",
  },
  view "customers_of_staff" {
    title = { en = "Customers of a member of staff", zh = "按业务员查询客户" }, of = "customer", params = { staff = account },
    where = { handler = "$staff" }, columns = file, order = "-id",
  },
  view "find_customers" {                                -- "I remember only a Li"
    title = { en = "Customers by any part of a field", zh = "按任意字段模糊查询客户" }, of = "customer",
    params = { name = text, company = text, phone = text, address = text, industry = text, position = text },
    where = { name = { contains = "$name?" }, company = { contains = "$company?" }, phone = { contains = "$phone?" }, address = { contains = "$address?" },
              industry = { contains = "$industry?" }, position = { contains = "$position?" }, state = { except = "erased" } },
    columns = { "number", "name", "company", "position", "phone", "address", "industry", "handler", "state" }, scan = true,
  },
  view "customers_alike" {
    title = { en = "Customers who share a name with others", zh = "同名客户" }, of = "customer",
    where = { namesakes = { from = 1 } }, columns = { "number", "name", "company", "phone", "namesakes", "handler", "opened_at" }, order = "-namesakes",
  },

  -- ---- the pool ----
  view "pool" {                                          -- 1, 3, 7, 30 or 365 days; without: all of it
    title = { en = "The pool, by time", zh = "隔离区(按时间)" }, of = "customer", params = { days = integer { default = 7, min = 1, max = 3660 } },
    where = { state = "pool", pooled_at = { from = "$today-{days}" } }, columns = { "number", "name", "company", "status", "tier", "pooled_at", "pooled_from" },
    order = "-pooled_at",
  },
  view "find_in_pool" {
    title = { en = "The pool, by any field", zh = "隔离区(按字段)" }, of = "customer",
    params = { name = text, company = text, status = customer_statuses, tier = tiers, before = account },
    where = { state = "pool", name = { contains = "$name?" }, company = { contains = "$company?" }, status = "$status?", tier = "$tier?", pooled_from = "$before?" },
    columns = { "number", "name", "company", "status", "tier", "pooled_at", "pooled_from" },
  },

  -- ---- contacts (洽谈) ----
  view "contacts" {                                      -- 0 is today; 1, 3, 7 and 30 days before it
    title = { en = "Contacts of the last days", zh = "近日洽谈" }, of = "contact", params = { days = integer { default = 0, min = 0, max = 366 }, staff = account },
    where = { at = { from = "$today-{days}" }, by_whom = "$staff?" }, columns = talk, order = "-at",
  },
  view "contacts_between" {
    title = { en = "Contacts between two times", zh = "指定时段洽谈" }, of = "contact", params = { from = instant, to = instant, staff = account, text = text },
    where = { at = { from = "$from", to = "$to" }, by_whom = "$staff?", subject = { contains = "$text?" } }, columns = talk, order = "-at",
  },
  view "contacts_of_customer" {
    title = { en = "Contacts with a customer", zh = "某客户的洽谈记录" }, of = "contact", params = { customer = reference "customer" },
    where = { customer = "$customer" }, columns = { "number", "at", "subject", "content", "way", "by_whom", "times" }, order = "-id",
  },
}
