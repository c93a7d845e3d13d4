-- A senior engineer goes to the customer where the phone does not help (rule book 3).
return {
  record "site_visit" {
    title = { en = "Engineer on site", zh = "现场处理单" }, number = "SV-{year}-{000000}", owner = "engineer", unit = "unit",
    fields = {
      complaint = reference "complaint" { required = true, indexed = true, en = "Complaint", zh = "投诉" },
      engineer  = account { required = true, indexed = true, en = "Engineer", zh = "工程师" },
      unit      = unit { indexed = true, en = "Unit", zh = "机构" },
      priority  = urgencies { en = "Urgency", zh = "紧急程度" },
      task      = text { max = 2000, en = "What is to be done", zh = "任务" },
      findings  = text { max = 4000, en = "Found on site", zh = "现场情况" },
    },
  },
  form "site_visit" { of = "site_visit", title = { en = "Engineer on site", zh = "派工单" },
    fields = { "complaint", "engineer", "unit", "priority", "task" } },
  form "site_report" { of = "site_visit", title = { en = "Report from the site", zh = "现场处理报告" },
    fields = { "findings" }, required = { "findings" } },

  workflow "site_visit" {
    version = 1, title = { en = "Engineer on site", zh = "现场处理" }, initial = "sent", clock = "service_hours",
    open = { event = "send", internal = true, form = "site_visit", run = { "tell_engineer", "attach_to_complaint" } },
    states = {
      sent = {
        title = { en = "On the way", zh = "已派出" },
        on = { arrive = { title = { en = "Arrived", zh = "到达" }, go = "on_site" } },
        after = { { "site_visit.arrival_limit", escalate = true, tell = { "supervisor", "head_of_department", at_once = true,
                                                                          text = "The engineer is not there yet: {number}. 工程师未按时到达:{number}。" } } },
      },
      on_site = {
        title = { en = "On site", zh = "现场处理中" },
        on = { report = { form = "site_report", go = "reported", run = { "tell_complaint" } } },
        after = { "2 business days", escalate = true, tell = { "supervisor", text = "No report from the site: {number}. 现场报告未交:{number}。" } },
      },
      reported = { title = { en = "Reported", zh = "已报告" }, final = true },
    },
    actions = {
      tell_engineer  = function(f) return tell { "engineer", at_once = true, text = "Please go to the customer: {number}. 请赴现场:{number}。" } end,
      attach_to_complaint = function(f) return send "attach" { to = f.complaint, form = { site_visit = f.id, site_findings = empty } } end,
      tell_complaint = function(f) return send "reported_from_site" { to = f.complaint, form = { site_findings = f.form.findings } } end,
    },
  },
}
