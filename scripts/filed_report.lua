-- Reports that were filed (rules/schedules_reports.lua): made by the engine, read by the one that they are for, who says what follows.
return {
  record "filed_report" {
    title = { en = "Filed report", zh = "存档报表" }, number = "RP-{year}-{0000}", owner = "read_by",
    fields = {
      report  = text { required = true, max = 64, indexed = true, en = "Report", zh = "报表" },
      period  = text { required = true, max = 10, indexed = true, en = "Period", zh = "期间" },
      content = text { required = true, en = "Figures (as report.run gives them)", zh = "内容(JSON)" },
      reader  = roles { required = true, indexed = true, en = "For", zh = "阅读角色" },
      read_by = account { indexed = true, en = "Read by", zh = "阅读人" },
      follows = text { max = 4000, en = "What follows", zh = "处理意见" },
    },
    indexes = { { "report", "period" } },
  },
  form "report_filing"  { of = "filed_report", title = { en = "Report", zh = "报表" }, fields = { "report", "period", "content", "reader" },
                          required = { "report", "period", "content", "reader" } },
  form "report_reading" { of = "filed_report", title = { en = "What follows", zh = "处理意见" }, fields = { "follows" }, required = { "follows" } },

  workflow "filed_report" {
    version = 1, title = { en = "Filed report", zh = "存档报表" }, initial = "filed", clock = "service_hours",
    open = { event = "file", form = "report_filing", run = { "tell_reader" } },
    states = {
      filed = {
        title = { en = "To be read", zh = "待阅" },
        on = { discuss = { form = "report_reading", go = "discussed", by = "read_by", title = { en = "Say what follows", zh = "填写处理意见" } } },
        after = { "10 business days", tell = { "headquarters_centre", text = "Report {number} is not read. 报表{number}尚未阅处。" } },
      },
      discussed = { title = { en = "Discussed", zh = "已阅处" }, final = true },
    },
    guards = {
      is_for_another = function(f) return f.actor.roles[f.reader] ~= true end,
    },
    actions = {
      tell_reader = function(f) return tell { f.reader, text = "A report for you: {report} of {period}, {number}. 报表{report}({period})已生成:{number}。" } end,
    },
  },

  view "filed_reports" {
    title = { en = "Filed reports", zh = "存档报表" }, of = "filed_report", params = { report = text, period = text },
    where = { report = "$report", period = "$period?" }, columns = { "number", "state", "report", "period", "reader", "read_by", "opened_at" }, order = "-id",
  },
}
