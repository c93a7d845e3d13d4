-- Lifecycle stages (rule book 2): from what a customer does. About ten successful trades make a mature one; a year of silence, a
-- dormant one. Each stage says what is to be done.
return {
  decision "customer.stage" {
    title = { en = "Lifecycle stage by trades", zh = "按交易行为划分客户分层" },
    owner = "customer service management",
    input  = { trades = integer, trades_year = integer },          -- successful ones: ever (counted up to ten), in the last 365 days
    output = { stage = customer_stages, advice = text },
    hit = "first",
    rows = {
      { id = "no_trade",  trades = 0,                          stage = "potential",
        advice = "了解需求,提供资料与试用,七日内再联系 / Learn the need, give material and a trial, call again within a week" },
      { id = "silent",    trades = ">= 1", trades_year = 0,    stage = "dormant",
        advice = "查明沉默原因,登门回访,制定挽回方案 / Find out why, visit, make a plan to win the customer back" },
      { id = "first",     trades = 1,                          stage = "new",
        advice = "确认首次使用情况,介绍服务渠道,防止首单流失 / Ask how the first use went, show the ways of service" },
      { id = "mature",    trades = ">= 10",                    stage = "loyal",
        advice = "专人维护,优先服务,征询改进意见,请其转介绍 / A person of their own, service first, ask for advice and referrals" },
      { id = "several",                                        stage = "regular",
        advice = "定期拜访,扩大合作项目,关注满意度 / Visit by the rhythm, widen the business, watch satisfaction" },
    },
  },

  -- Whose important data changes by application only (scripts/customer_change.lua), and how soon who takes a customer up calls.
  decision "customer.protection" {
    title = { en = "Protection of customers", zh = "客户资料与认领保护" }, owner = "customer service management",
    input = { tier = tiers }, output = { by_application = boolean, first_contact = duration }, hit = "unique",
    rows = {
      { id = "protected", tier = "key",     by_application = true,  first_contact = "30 days" },
      { id = "open",      tier = "not key", by_application = false, first_contact = "30 days" },
    },
  },
  -- What each tier is promised: items, how often visited and by whom (分级联系), how long a complaint may take.
  decision "customer.service_standard" {
    title = { en = "Service standard by tier", zh = "客户服务标准" },
    owner = "customer service management",
    input  = { tier = tiers },
    output = { items = list_of(service_items), visit_days = integer, contact_by = roles, complaint_rule = text },
    hit = "unique",
    rows = {
      { tier = "key",      items = { "underwriting", "claims", "loss_prevention", "technical", "knowledge", "consulting", "extras" },
        visit_days = 30, contact_by = "head_of_department", complaint_rule = "绿色通道,每步一个工作日 / green channel, a business day a step" },
      { tier = "quality",  items = { "underwriting", "claims", "loss_prevention", "technical", "consulting" },
        visit_days = 90, contact_by = "supervisor", complaint_rule = "每步两个工作日 / two business days a step" },
      { tier = "ordinary", items = { "claims", "technical", "consulting" },
        visit_days = 180, contact_by = "handler", complaint_rule = "每步两个工作日 / two business days a step" },
    },
  },
}
