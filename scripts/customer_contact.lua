-- Contacts (洽谈): subject, content, time, by whom. The content may be corrected; the time may not, except by the explicit "same subject
-- again" that moves it forward to now. And trades: what the lifecycle stage goes by.
return {
  record "contact" {
    title = { en = "Contact", zh = "洽谈" }, number = "CT-{year}-{000000}", owner = "by_whom", unit = "unit",
    fields = {
      customer = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      subject  = text { required = true, max = 200, indexed = true, normal = "name", en = "Subject", zh = "主题" },
      content  = text { max = 4000, en = "Content", zh = "内容" },
      way      = contact_ways { default = "phone", en = "Way", zh = "方式" },
      at       = instant { indexed = true, en = "Time", zh = "时间" },
      by_whom  = account { indexed = true, en = "By", zh = "洽谈人" },
      unit     = unit { indexed = true, en = "Unit", zh = "机构" },
      times    = integer { default = 1, min = 1, en = "How often", zh = "次数" },
    },
  },
  form "contact_log" {
    of = "contact", title = { en = "Contact", zh = "洽谈记录" }, fields = { "customer", "subject", "content", "way" }, required = { "customer", "subject" },
  },
  form "contact_correction" {
    of = "contact", title = { en = "Correction of the content", zh = "更正内容" }, fields = { "content" }, required = { "content" },
  },
  form "contact_again" {
    of = "contact", title = { en = "Same subject again", zh = "同一主题再次洽谈" }, fields = { "content", "way" },
  },
  workflow "contact" {
    version = 1, title = { en = "Contact", zh = "洽谈" }, initial = "logged",
    open = { event = "log", form = "contact_log", run = { "stamp", "tell_the_customer_file" } },
    states = {
      logged = {
        title = { en = "Logged", zh = "已记录" }, rests = "it is a record of what was",
        on = {
          correct = { form = "contact_correction", title = { en = "Correct the content", zh = "更正内容" } },
          again   = { form = "contact_again", run = { "once_more", "tell_the_customer_file" }, title = { en = "Same subject again", zh = "再次洽谈" } },
          settle  = { go = "settled", title = { en = "Settled", zh = "了结" } },
        },
      },
      settled = { title = { en = "Settled", zh = "已了结" }, final = true },
    },
    actions = {
      stamp = function(f) return set { at = f.now, by_whom = f.actor.account, unit = f.actor.unit } end,
      once_more = function(f) return set { at = f.now, times = f.times + 1 } end,
      tell_the_customer_file = function(f) return send "contacted" { to = f.customer } end,
    },
  },

  record "trade" {
    title = { en = "Trade", zh = "交易" }, number = "TR-{year}-{000000}", owner = "by_whom", unit = "unit",
    fields = {
      customer = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      subject  = text { required = true, max = 200, en = "What", zh = "标的" },
      amount   = money { required = true, min = "0.00", en = "Amount", zh = "金额" },
      by_whom  = account { indexed = true, en = "By", zh = "经办人" },
      unit     = unit { indexed = true, en = "Unit", zh = "机构" },
    },
  },
  form "trade_entry" {
    of = "trade", title = { en = "Trade", zh = "交易登记" }, fields = { "customer", "subject", "amount" }, required = { "customer", "subject", "amount" },
  },
  workflow "trade" {
    version = 1, title = { en = "Trade", zh = "交易" }, initial = "done",
    open = { event = "enter", form = "trade_entry", run = { "stamp", "tell_the_customer_file" } },
    states = {
      done = {
        title = { en = "Done", zh = "已成交" }, rests = "it is a record of what was",
        on = { cancel = { go = "cancelled", title = { en = "Cancel", zh = "撤销" } } },
      },
      cancelled = { title = { en = "Cancelled", zh = "已撤销" }, final = true, entry = { "tell_the_customer_file" } },
    },
    actions = {
      stamp = function(f) return set { by_whom = f.actor.account, unit = f.actor.unit } end,
      tell_the_customer_file = function(f) return send "traded" { to = f.customer } end,
    },
  },
}
