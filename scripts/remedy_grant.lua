-- What was granted, by whom, in which month: a complaint books one whenever a remedy is authorised (scripts/complaint.lua, `book_grant`);
-- the months of rules/ceilings.lua are sums over these. And campaigns: gifts and refunds out of a budget of their own (rules/ledgers.lua).
return {
  record "remedy_grant" {
    title = { en = "Granted remedy", zh = "授权记录" }, number = "RG-{year}-{000000}", unit = "unit", owner = "granter",
    fields = {
      complaint = reference "complaint" { required = true, indexed = true, en = "Complaint", zh = "投诉" },
      customer  = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      remedy    = remedies { required = true, indexed = true, en = "Remedy", zh = "补救方式" },
      amount    = money { required = true, en = "Amount", zh = "金额" },
      granter   = account { indexed = true, en = "Granted by", zh = "授权人" },
      right_of  = account { indexed = true, en = "By the right of", zh = "权限所属人" },   -- of whom a deputy stands in for; whose month it is
      unit      = unit { indexed = true, en = "Unit", zh = "机构" },
      campaign  = reference "campaign" { indexed = true, en = "Campaign", zh = "活动" },
    },
  },
  record "campaign" {
    title = { en = "Campaign", zh = "专项活动" }, number = "CA-{year}-{000}", owner = "manager",
    fields = {
      name    = text { required = true, max = 200, indexed = true, en = "Name", zh = "名称" },
      budget  = money { required = true, min = "0.00", en = "Budget", zh = "预算" },
      manager = account { en = "In charge", zh = "负责人" },
      from    = date { en = "From", zh = "开始" },
      to      = date { en = "To", zh = "结束" },
    },
  },
}
