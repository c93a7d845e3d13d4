-- What came in through the regulator and over the service desk, by the month: also what scripts/import/ has brought in.
local cases = { count = true, en = "Cases", zh = "件数" }
local incidents = { count = true, en = "Incidents", zh = "事件数" }
local timely   = { share = true, en = "Answered in time", zh = "按时答复率", where = { timely = true } }
local disputed = { share = true, en = "Disputed", zh = "异议率", where = { disputed = true } }
local made     = { share = true, en = "Made its SLA", zh = "服务水平达成率", where = { made_sla = true } }
local reopened = { sum = "reopen_count", en = "Times reopened", zh = "重开次数" }

return {
  report "regulator_analysis" {
    title = { en = "Complaints through the regulator", zh = "监管转办投诉分析" }, owner = "customer service management",
    of = "regulator_complaint", at = "received_on",
    sections = {
      { title = { en = "By channel", zh = "按渠道" },   by = "channel",  against = "previous", measures = { cases = cases, timely = timely, disputed = disputed } },
      { title = { en = "By product", zh = "按产品" },   by = "product",  against = "previous", top = 20, measures = { cases = cases, timely = timely, disputed = disputed } },
      { title = { en = "Hot spots: issues", zh = "热点问题" }, by = "issue", against = "previous", top = 10, measures = { cases = cases, disputed = disputed } },
      { title = { en = "By company", zh = "按公司" },   by = "company",  top = 20, measures = { cases = cases, timely = timely, disputed = disputed } },
      { title = { en = "By answer", zh = "按答复方式" }, by = "response", measures = { cases = cases, timely = timely } },
      { title = { en = "Where they stand", zh = "按状态" }, by = "state", measures = { cases = cases } },
    },
  },
  report "incident_analysis" {
    title = { en = "Incidents of the service desk", zh = "服务台事件分析" }, owner = "service desk", of = "incident",
    sections = {
      { title = { en = "By priority", zh = "按优先级" }, by = "priority", against = "previous", measures = { incidents = incidents, made = made, reopened = reopened } },
      { title = { en = "By contact", zh = "按联系方式" }, by = "contact", against = "previous", measures = { incidents = incidents, made = made } },
      { title = { en = "Hot spots: categories", zh = "热点类别" }, by = "category", against = "previous", top = 10, measures = { incidents = incidents, made = made, reopened = reopened } },
      { title = { en = "By group", zh = "按处理组" }, by = "assignment_group", top = 20, measures = { incidents = incidents, made = made } },
      { title = { en = "Where they stand", zh = "按状态" }, by = "state", measures = { incidents = incidents } },
    },
  },
}
