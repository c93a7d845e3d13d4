-- Who works here. Roles go from narrow to wide: what is above one role's power is passed to the next one down this list.
return organisation {
  roles = {
    { "staff",               en = "Staff",               zh = "业务员" },
    { "handler",             en = "Complaint handler",   zh = "投诉处理员", is = { "staff" } },
    { "supervisor",          en = "Supervisor",          zh = "主管",       is = { "handler" } },
    { "head_of_department",  en = "Head of department",  zh = "部门负责人", is = { "supervisor" } },
    { "branch_manager",      en = "Branch manager",      zh = "分公司经理", is = { "head_of_department" } },
    { "headquarters_centre", en = "Headquarters centre", zh = "总部客服中心", is = { "branch_manager" } },
    -- beside the line: these pass nothing up and have only what rules/authority.lua lists
    { "callback_agent", en = "Callback agent", zh = "回访员", is = { "staff" } },
    { "archive_keeper", en = "Archive keeper", zh = "档案管理员" },
    { "importer",       en = "Importer",       zh = "数据导入员" },
    { "administrator",  en = "Administrator",  zh = "管理员" },
    { "maintainer",     en = "Maintainer",     zh = "系统维护" },
  },
  units = {
    { "hq", en = "Headquarters", zh = "总公司" },
    { "gd", en = "Guangdong branch", zh = "广东分公司", under = "hq" },
    { "gz", en = "Guangzhou", zh = "广州分公司", under = "gd" },
    { "sz", en = "Shenzhen",  zh = "深圳分公司", under = "gd" },
    { "bj", en = "Beijing branch", zh = "北京分公司", under = "hq" },
  },
  accounts = {
    { "kf1",      name = "前台一号 (Front desk)",  unit = "gz", group = "desk", roles = { "staff" } },
    { "ben",      name = "周本 (Ben Zhou)",        unit = "gz", group = "g1", roles = { "handler" }, uid = 1001 },
    { "mei",      name = "何梅 (He Mei)",          unit = "gz", group = "g1", roles = { "handler" } },
    { "sun",      name = "孙亮 (Sun Liang)",       unit = "sz", group = "g2", roles = { "handler" } },
    { "li_na",    name = "李娜 (Li Na)",           unit = "gz", group = "g1", roles = { "supervisor" }, uid = 1002 },
    { "wang",     name = "王强 (Wang Qiang)",      unit = "gz", roles = { "head_of_department" }, uid = 1003 },
    { "zhao",     name = "赵敏 (Zhao Min)",        unit = "gd", roles = { "branch_manager" } },
    { "chen",     name = "陈静 (Chen Jing)",       unit = "hq", roles = { "headquarters_centre" } },
    { "hf1",      name = "回访一号 (Callback)",    unit = "gz", group = "calls", roles = { "callback_agent" } },
    { "dang",     name = "党安 (Dang An)",         unit = "hq", roles = { "archive_keeper" } },
    { "importer", name = "数据导入 (Importer)",    unit = "hq", roles = { "importer" } },
    { "admin",    name = "管理员 (Administrator)", unit = "hq", roles = { "administrator" }, uid = 1004 },
    { "backup",   name = "备份 (Backup)",          unit = "hq", roles = { "maintainer" } },
  },
}
