-- What is kept of an incident. The last eleven are facts of the log that is imported by import/incidents.lua.
return {
  record "incident" {
    title = { en = "Incident", zh = "服务台事件" }, number = "INC-{year}-{000000}", owner = "handler",
    fields = {
      source_number = text { unique = true, max = 40, en = "Number in the source", zh = "来源编号" },
      summary   = text { max = 2000, en = "Summary", zh = "摘要" },
      caller    = text { max = 100, en = "Caller", zh = "报障人" },
      contact   = incident_contacts { indexed = true, en = "Contact", zh = "联系方式" },
      priority  = incident_priorities { default = "moderate", indexed = true, en = "Priority", zh = "优先级" },
      impact    = incident_levels { en = "Impact", zh = "影响范围" },
      urgency   = incident_levels { en = "Urgency", zh = "紧急程度" },
      handler   = account { indexed = true, en = "Handler", zh = "处理人" },
      reopen_count = integer { default = 0, en = "Times reopened", zh = "重开次数" },

      location  = text { max = 100, en = "Location", zh = "地点" },
      category  = text { max = 100, indexed = true, en = "Category", zh = "类别" },
      subcategory = text { max = 100, en = "Subcategory", zh = "子类别" },
      symptom   = text { max = 100, en = "Symptom", zh = "现象" },
      assignment_group = text { max = 100, indexed = true, en = "Assignment group", zh = "处理组" },
      assigned_to = text { max = 100, en = "Assigned to", zh = "受理人" },
      problem   = text { max = 100, en = "Problem", zh = "关联问题" },
      change    = text { max = 100, en = "Change", zh = "关联变更" },
      vendor    = text { max = 100, en = "Vendor", zh = "供应商" },
      closed_code = text { max = 100, indexed = true, en = "Closing code", zh = "关闭代码" },
      made_sla  = boolean { default = true, indexed = true, en = "Made its SLA", zh = "达成服务水平" },
    },
  },
  form "incident" { of = "incident", title = { en = "New incident", zh = "事件登记" },
    fields = { "source_number", "summary", "caller", "contact", "priority", "impact", "urgency", "location", "category", "subcategory", "symptom" } },
  form "incident_change" { of = "incident", title = { en = "Change of an incident", zh = "事件变更" },
    fields = { "priority", "impact", "urgency", "handler", "category", "subcategory", "symptom", "assignment_group", "assigned_to",
               "problem", "change", "vendor", "closed_code", "made_sla", { "note", text { max = 4000, en = "Note", zh = "备注" } } } },
}
