-- The customer file (rule book 2). The tier is never typed in: rules/tiers.lua derives it from the four fields marked below.
return record "customer" {
  title = { en = "Customer", zh = "客户" }, number = "CU-{000000}", owner = "handler", unit = "unit",
  fields = {
    name     = text { required = true, max = 200, indexed = true, en = "Name", zh = "姓名" },
    company  = text { max = 200, indexed = true, en = "Company", zh = "单位" },
    position = text { max = 100, en = "Position", zh = "职务" },
    phone    = text { unique = true, max = 40, en = "Phone", zh = "电话" },
    address  = text { max = 500, en = "Address", zh = "地址" },
    industry = text { max = 100, en = "Industry", zh = "行业" },
    status   = customer_statuses { default = "customer", indexed = true, en = "Status", zh = "状态" },
    source   = customer_sources { en = "Source", zh = "来源" },
    vip      = boolean { default = false, en = "VIP", zh = "贵宾" },

    revenue_year = money   { default = "0.00", min = "0.00", en = "Revenue of the last year", zh = "年收入贡献" },   -- tier
    years        = integer { default = 0, min = 0, en = "Years with us", zh = "合作年数" },                        -- tier
    claim_ratio  = number  { default = 0, min = 0, en = "Claim ratio", zh = "赔付率" },                            -- tier
    brand        = boolean { default = false, en = "Known brand", zh = "知名品牌" },                               -- tier
    credit       = credit_grades { en = "Credit grade", zh = "信用等级" },

    handler      = account { indexed = true, en = "Customer manager", zh = "客户经理" },
    unit         = unit { indexed = true, en = "Unit", zh = "所属机构" },
    last_contact = date { en = "Last contact", zh = "最近联系" },
    founded      = date { en = "Founded", zh = "成立日期" },
    first_business = date { en = "First business", zh = "首次交易" },
    strengths    = text { max = 2000, en = "Strengths and reputation", zh = "优势与信誉" },
    competitors  = text { max = 2000, en = "Competitors", zh = "竞争对手" },
    key_persons  = text { max = 2000, secrecy = "confidential", en = "Key persons", zh = "关键联系人" },            -- rule book 13: 机密
    terms        = text { max = 2000, secrecy = "top_secret", en = "Terms of trade", zh = "合作条件" },             -- rule book 13: 绝密
  },
}
