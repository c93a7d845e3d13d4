-- Rule book 7: who is called back, how soon, by which channel, and what is asked. One "avoid", two "musts": nobody is disturbed at rest
-- times, every key customer is reached, every record is complete.
return {
  choices "callback_sources" {                 -- what a callback follows; a new source needs a line here and rows below
    { "complaint",    en = "Complaint",           zh = "投诉" },
    { "service",      en = "Key-account service", zh = "大客户服务" },
    { "visit",        en = "Visit to a customer", zh = "客户拜访" },
    { "installation", en = "Installation",        zh = "安装" },
  },
  choices "case_outcomes" {
    { "upheld", en = "Upheld", zh = "成立" }, { "not_upheld", en = "Not upheld", zh = "不成立" }, { "done", en = "Done", zh = "已完成" },
  },
  choices "callback_channels" {
    { "phone", en = "Phone", zh = "电话" }, { "sms", en = "Text message", zh = "短信" }, { "email", en = "E-mail", zh = "电子邮件" },
    { "letter", en = "Letter", zh = "信函" }, { "visit", en = "Visit", zh = "上门" },
  },
  choices "callback_answers" {
    { "answered",   en = "Reached",       zh = "接通" },
    { "no_answer",  en = "No answer",     zh = "无人接听" },
    { "call_later", en = "Wants a call later", zh = "约定再联系" },
  },
  choices "callback_outcomes" {
    { "satisfied",   en = "Satisfied",   zh = "满意" },   { "unsatisfied", en = "Not satisfied", zh = "不满意" },
    { "not_reached", en = "Not reached", zh = "未联系上" }, { "withdrawn",   en = "Withdrawn",     zh = "取消" },
  },
  choices "callback_seats" {                   -- rule book 1: a seat for each kind of customer
    { "key_seat",     en = "Key customers' seat", zh = "大客户专席" },
    { "english_seat", en = "English seat",        zh = "英语专席" },
    { "general_seat", en = "General seat",        zh = "综合坐席" },
  },
  choices "regions" {                          -- where a customer lives: rest times are the customer's own
    { "china",    en = "China",                zh = "中国" },
    { "uk",       en = "United Kingdom",       zh = "英国" },
    { "us_east",  en = "United States (east)", zh = "美国东部" },
  },

  decision "complaint.outcome" {
    title = { en = "How a complaint ended", zh = "投诉结论" }, owner = "customer service management",
    input = { ground = grounds, demand = demands }, output = { outcome = case_outcomes }, hit = "first",
    rows = {
      { id = "no ground",   ground = "insufficient",   outcome = "not_upheld" },
      { id = "no demand",   demand = "unreasonable",   outcome = "not_upheld" },
      { id = "others",                                 outcome = "upheld" },
    },
  },

  -- rate: of ten thousand cases of the row so many are called back, drawn for each case; days: until the callback is due
  decision "callback.plan" {
    title = { en = "Who is called back, and how", zh = "回访计划" }, owner = "callback centre",
    input  = { source = callback_sources, tier = tiers, problem = problems, outcome = case_outcomes },
    output = { rate = integer { min = 0, max = 10000 }, days = integer { min = 1, max = 90 }, channel = callback_channels,
               measure = text },
    hit = "first",
    rows = {
      { id = "key complaint",   tier = "key", source = "complaint",           rate = 10000, days = 2,  channel = "phone",
        measure = "Call in person; the manager hears of every low score. 专人致电,低分必报主管。" },
      { id = "key service",     tier = "key", source = "service",             rate = 10000, days = 28, channel = "phone",
        measure = "Ask how the service has helped. 询问服务效果。" },
      { id = "key, other",      tier = "key",                                 rate = 10000, days = 7,  channel = "phone",
        measure = "Call in person. 专人致电。" },
      { id = "visit",           source = "visit",                             rate = 10000, days = 7,  channel = "phone",
        measure = "One week after the visit. 拜访后一周。" },
      { id = "installation",    source = "installation",                      rate = 5000,  days = 14, channel = "phone",
        measure = "Does it run? 是否运行正常。" },
      { id = "privacy",         source = "complaint", problem = "privacy",    rate = 10000, days = 3,  channel = "phone",
        measure = "Say what was done about the data. 说明信息处理情况。" },
      { id = "not upheld",      source = "complaint", outcome = "not_upheld", rate = 5000,  days = 5,  channel = "phone",
        measure = "Has the explanation been understood? 解释是否被理解。" },
      { id = "quality upheld",  source = "complaint", tier = "quality",       rate = 5000,  days = 5,  channel = "phone",
        measure = "The five questions. 五项问卷。" },
      { id = "ordinary upheld", source = "complaint",                         rate = 2000,  days = 5,  channel = "phone",
        measure = "The five questions, in two minutes. 五项问卷,两分钟内。" },
      { id = "others",                                                        rate = 1000,  days = 28, channel = "phone",
        measure = "The five questions. 五项问卷。" },
    },
  },

  decision "callback.attempts" {
    title = { en = "How often it is tried, and after which time", zh = "联系次数与间隔" }, owner = "callback centre",
    input = { tier = tiers }, hit = "unique",
    -- again: hours of the customer's own contact window; grace: minutes after a promised call; head_hears: of who was not reached
    output = { attempts_max = integer, again = duration, grace = integer, head_hears = boolean },
    rows = {
      { id = "key",    tier = "key",     attempts_max = 5, again = "2 hours", grace = 15, head_hears = true },
      { id = "others", tier = "not key", attempts_max = 3, again = "4 hours", grace = 15, head_hears = false },
    },
  },

  decision "callback.complaint" {              -- who is not content, and there is no case to reopen
    title = { en = "The complaint that a callback opens", zh = "回访转投诉" }, owner = "callback centre",
    input = { channel = callback_channels }, output = { received_by = channels, about = problems }, hit = "unique",
    rows = {                                   -- about: where the callback itself names no problem
      { id = "by phone",  channel = { "phone", "sms" }, received_by = "phone",  about = "service" },
      { id = "by e-mail", channel = "email",            received_by = "email",  about = "service" },
      { id = "by letter", channel = "letter",           received_by = "letter", about = "service" },
      { id = "on site",   channel = "visit",            received_by = "visit",  about = "service" },
    },
    otherwise = { received_by = "phone", about = "service" },
  },

  decision "callback.window" {
    title = { en = "When a customer may be contacted", zh = "可联系时段" }, owner = "callback centre",
    input = { region = regions }, hit = "unique", rows = {
      { id = "china",   region = "china",   window = "contact_hours" },
      { id = "uk",      region = "uk",      window = "contact_london" },
      { id = "us_east", region = "us_east", window = "contact_new_york" },
    },
    output = { window = one_of { "contact_hours", "contact_london", "contact_new_york" } },
    otherwise = { window = "contact_hours" },  -- not known: the company's own
  },

  decision "callback.seat" {
    title = { en = "Whose seat calls", zh = "回访坐席" }, owner = "callback centre",
    input = { tier = tiers, region = regions }, output = { seat = callback_seats }, hit = "first",
    rows = {
      { id = "abroad", region = { "uk", "us_east" }, seat = "english_seat" },
      { id = "key",    tier = "key",                 seat = "key_seat" },
      { id = "others",                               seat = "general_seat" },
    },
  },
}
