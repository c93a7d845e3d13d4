-- The customer file (rule book 2). Tier and lifecycle stage are never typed in: rules/tiers.lua and rules/lifecycle.lua derive them
-- whenever what they go by changes. What happens to a customer is in scripts/customer_life.lua.
return record "customer" {
  title = { en = "Customer", zh = "客户" }, number = "CU-{000000}", owner = "handler", unit = "unit",
  fields = {
    name     = text { personal = true, required = true, max = 200, indexed = true, normal = "name", en = "Name", zh = "姓名" },
    company  = text { max = 200, indexed = true, normal = "name", en = "Company", zh = "单位" },
    position = text { personal = true, max = 100, en = "Position", zh = "职务" },
    phone    = text { personal = true, unique = true, max = 40, normal = "phone", en = "Phone", zh = "电话" },
    address  = text { personal = true, max = 500, en = "Address", zh = "地址" },
    gender   = genders { en = "Gender", zh = "性别" },
    photo    = text { personal = true, max = 500, en = "Photo (where it is kept)", zh = "照片(存放处)" },
    language = letter_languages { en = "Language of letters", zh = "函件语言" },          -- empty: the first of the company (rules/company.lua)
    region   = regions { indexed = true, en = "Region", zh = "所在地区" },        -- whose rest times are kept; empty: the company's own
    industry = text { max = 100, indexed = true, en = "Industry", zh = "行业" },
    status   = customer_statuses { default = "customer", indexed = true, en = "Status", zh = "状态" },
    source   = customer_sources { en = "Source", zh = "来源" },
    vip      = boolean { default = false, en = "VIP", zh = "贵宾" },

    revenue_year = money   { default = "0.00", min = "0.00", en = "Revenue of the last year", zh = "年收入贡献" },   -- tier
    years        = integer { default = 0, min = 0, en = "Years with us", zh = "合作年数" },                        -- tier
    claim_ratio  = number  { default = 0, min = 0, en = "Claim ratio", zh = "赔付率" },                            -- tier
    brand        = boolean { default = false, en = "Known brand", zh = "知名品牌" },                               -- tier
    credit       = credit_grades { en = "Credit grade", zh = "信用等级" },
    fallen       = boolean { indexed = true, en = "Fell to ordinary for unfulfilled contracts", zh = "因履约率过低降级" },   -- tier
    tier         = tiers { derived = "customer.tier", changed = "tier_changed", indexed = true, en = "Tier", zh = "客户层级" },
    stage        = customer_stages { derived = "customer.stage", output = "stage", changed = "stage_changed", indexed = true, en = "Lifecycle stage", zh = "客户分层" },
    advice       = text { derived = "customer.stage", output = "advice", en = "Suggested measures", zh = "建议措施" },

    handler      = account { indexed = true, en = "Customer manager", zh = "客户经理" },
    unit         = unit { indexed = true, en = "Unit", zh = "所属机构" },
    last_contact = date { indexed = true, en = "Last contact", zh = "最近联系" },
    next_visit   = date { indexed = true, en = "Next visit", zh = "下次拜访" },
    verified_on  = date { indexed = true, en = "Dossier last verified", zh = "档案最近核实" },
    pooled_at    = instant { indexed = true, en = "In the pool since", zh = "入池时间" },
    pooled_from  = account { indexed = true, en = "Before the pool: whose", zh = "入池前客户经理" },
    namesakes    = integer { default = 0, indexed = true, en = "Others of the same name when added", zh = "录入时同名客户数" },

    founded      = date { en = "Founded", zh = "成立日期" },
    first_business = date { en = "First business", zh = "首次交易" },
    scale        = text { max = 200, en = "Scale", zh = "规模" },
    qualifications = text { max = 2000, en = "Qualifications", zh = "资质" },
    sales_record = text { max = 2000, en = "Sales record", zh = "销售业绩" },
    problems     = text { max = 2000, en = "Problems", zh = "存在问题" },
    strengths    = text { max = 2000, en = "Strengths", zh = "优势" },
    reputation   = text { max = 2000, en = "Reputation", zh = "信誉" },
    credit_situation = text { max = 2000, en = "Credit situation", zh = "信用状况" },
    competitors  = text { max = 2000, en = "Competitors", zh = "竞争对手" },
    key_persons  = text { personal = true, max = 2000, secrecy = "confidential", en = "Organisation and key persons", zh = "组织与关键联系人" },   -- rule book 13: 机密
    terms        = text { max = 2000, secrecy = "top_secret", en = "Terms of trade", zh = "合作条件" },                          -- rule book 13: 绝密
  },
}
