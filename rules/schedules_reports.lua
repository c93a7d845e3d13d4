-- Reports that come round: of the month before, filed (scripts/filed_report.lua).
return {
  schedule "complaint_analysis_monthly" {
    title = { en = "Complaint analysis of last month", zh = "上月客户投诉分析" },
    rule = "FREQ=MONTHLY;BYMONTHDAY=3", at = "08:30", on = "service_hours",
    start = "filed_report", report = "complaint_analysis", data = { reader = "headquarters_centre" }, owner = "customer service management",
  },
  schedule "department_indicators_monthly" {
    title = { en = "Department indicators of last month", zh = "上月部门指标" },
    rule = "FREQ=MONTHLY;BYMONTHDAY=3", at = "08:40", on = "service_hours",
    start = "filed_report", report = "department_indicators", data = { reader = "headquarters_centre" }, owner = "customer service management",
  },
  schedule "callback_summary_monthly" {
    title = { en = "Callback summary of last month", zh = "上月回访总结" },
    rule = "FREQ=MONTHLY;BYMONTHDAY=3", at = "08:50", on = "service_hours",
    start = "filed_report", report = "callback_summary", data = { reader = "callback_centre_director" }, owner = "callback centre",
  },
  schedule "credit_summary_monthly" {
    title = { en = "Credit summary of last month", zh = "上月信用汇总" },
    rule = "FREQ=MONTHLY;BYMONTHDAY=3", at = "08:55", on = "service_hours",
    start = "filed_report", report = "credit_summary", data = { reader = "marketing_director" }, owner = "headquarters centre",
  },
}
