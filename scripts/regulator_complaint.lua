-- Complaints that reach a company through the regulator: sent on, answered in time or not, sometimes disputed.
return {
  record "regulator_complaint" {
    title = { en = "Regulator complaint", zh = "监管转办投诉" }, number = "RC-{year}-{000000}",
    fields = {
      source_number = text { required = true, unique = true, max = 40, en = "Number in the source", zh = "来源编号" },
      received_on = date { required = true, indexed = true, en = "Received on", zh = "收到日期" },
      sent_on   = date { en = "Sent to the company on", zh = "转办日期" },
      channel   = text { max = 40, indexed = true, en = "Channel", zh = "渠道" },
      product   = text { required = true, max = 200, indexed = true, en = "Product", zh = "产品" },
      sub_product = text { max = 200, en = "Sub-product", zh = "子产品" },
      issue     = text { required = true, max = 200, indexed = true, en = "Issue", zh = "问题" },
      sub_issue = text { max = 200, en = "Sub-issue", zh = "子问题" },
      narrative = text { max = 30000, en = "In the customer's words", zh = "客户陈述" },
      company   = text { required = true, max = 200, indexed = true, en = "Company", zh = "公司" },
      region    = text { max = 40, indexed = true, en = "Region", zh = "地区" },
      postcode  = text { max = 20, en = "Postcode", zh = "邮编" },
      tags      = text { max = 200, en = "Tags", zh = "标签" },
      response  = regulator_responses { indexed = true, en = "Response", zh = "答复" },
      public_response = text { max = 2000, en = "Public response", zh = "公开答复" },
      timely    = boolean { indexed = true, en = "Answered in time", zh = "是否按时答复" },
      disputed  = boolean { default = false, indexed = true, en = "Disputed by the customer", zh = "客户有异议" },
    },
  },
  form "regulator_intake" { of = "regulator_complaint", title = { en = "Intake", zh = "监管转办登记" },
    fields = { "source_number", "received_on", "channel", "product", "sub_product", "issue", "sub_issue", "narrative",
               "company", "region", "postcode", "tags" },
    required = { "source_number", "received_on", "product", "issue", "company" } },
  form "regulator_sending" { of = "regulator_complaint", title = { en = "Sending", zh = "转办" }, fields = { "sent_on" } },
  form "regulator_response" { of = "regulator_complaint", title = { en = "Response", zh = "答复" },
    fields = { "response", "public_response", "timely" }, required = { "response" } },
  form "regulator_dispute" { of = "regulator_complaint", title = { en = "Dispute", zh = "异议" },
    fields = { { "reason", text { max = 4000, en = "Reason", zh = "理由" } } } },

  workflow "regulator_complaint" {
    version = 1, title = { en = "Regulator complaint", zh = "监管转办投诉" }, initial = "received", clock = "hotline",
    open = { event = "receive", form = "regulator_intake" },
    states = {
      received = {
        title = { en = "Received", zh = "已收到" },
        on = { send = { form = "regulator_sending", go = "sent" } },
        after = { "5 days", escalate = true, tell = { "supervisor", text = "{number} is not sent on. {number}未转办。" } },
      },
      sent = {
        title = { en = "Sent to the company", zh = "已转办" },
        on = { respond = { form = "regulator_response", { go = "in_progress", when = "is_not_done" },
                           { go = "untimely", when = "is_untimely" }, { go = "answered" } } },
        after = { "15 days", escalate = true, tell = { "supervisor", text = "The company has not answered {number}. {number}未答复。" } },
      },
      in_progress = {
        title = { en = "In progress", zh = "处理中" },
        on = { respond = { form = "regulator_response", { when = "is_not_done" },
                           { go = "untimely", when = "is_untimely" }, { go = "answered" } } },
        after = { "60 days", escalate = true, tell = { "supervisor", text = "{number} has been in progress for 60 days. {number}处理已满60天。" } },
      },
      answered = {
        title = { en = "Answered", zh = "已答复" }, rests = "the company has answered; whether to dispute is the customer's affair",
        on = { dispute = { form = "regulator_dispute", go = "disputed", run = { "mark_disputed" } } },
      },
      untimely = {
        title = { en = "Untimely response", zh = "逾期答复" }, rests = "the company has answered, too late; whether to dispute is the customer's affair",
        on = { dispute = { form = "regulator_dispute", go = "disputed", run = { "mark_disputed" } } },
      },
      disputed = { title = { en = "Disputed", zh = "有异议" }, final = true },
    },
    guards = {
      is_not_done = function(f) return f.form.response == "in_progress" end,
      is_untimely = function(f) return f.form.response == "untimely_response" end,
    },
    actions = { mark_disputed = function(f) return set { disputed = true } end },
  },
}
