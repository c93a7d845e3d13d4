-- The staff file and its forms (rule book 1). The login is given once and stays: old entries name it.
return {
  record "employee" {
    title = { en = "Employee", zh = "员工" }, number = "EM-{00000}", owner = "self", unit = "unit",
    fields = {
      login = text { required = true, unique = true, max = 64, en = "Login", zh = "登录名" },
      name  = text { max = 100, indexed = true, en = "Name", zh = "姓名" },
      self  = account { indexed = true, en = "Whose file it is", zh = "本人" },             -- set by the workflow: staff read their own
      unit  = unit { indexed = true, en = "Unit", zh = "所属机构" },
      team  = text { max = 64, indexed = true, en = "Group", zh = "小组" },
      roles = list_of(roles) { en = "Roles", zh = "角色" },
      person = text { max = 64, secrecy = "confidential", en = "Person (same in all accounts of one person)", zh = "本人标识" },
      phone   = text { max = 40, secrecy = "secret", en = "Private phone", zh = "私人电话" },
      address = text { max = 300, secrecy = "secret", en = "Private address", zh = "住址" },
      hired_on = date { en = "Hired on", zh = "入职日期" },
      left_on  = date { en = "Left on", zh = "离职日期" },
      successor = account { en = "Who took over", zh = "接手人" },
      away_until = instant { en = "Away until", zh = "缺勤至" },
      deputy       = account { indexed = true, en = "Deputy", zh = "代理人" },
      deputy_until = instant { en = "Deputy until", zh = "代理至" },
    },
  },
  form "hiring" {
    of = "employee", title = { en = "Hiring", zh = "员工入职登记表" },
    fields = { "login", "name", "unit", "team", "roles", "person", "phone", "address", "hired_on" }, required = { "login", "name", "unit", "roles" },
  },
  form "staff_change" {
    of = "employee", title = { en = "Change of duties", zh = "岗位变动表" },
    fields = { "name", "unit", "team", "roles", "person", "phone", "address" },
  },
  form "absence" {
    of = "employee", title = { en = "Absence", zh = "请假单" },
    fields = { "away_until", "deputy", "deputy_until", { "reason", text { max = 500, en = "Reason", zh = "事由" } } }, required = { "away_until" },
  },
  form "delegation" {
    of = "employee", title = { en = "Delegation", zh = "授权委托书" },
    fields = { "deputy", "deputy_until", { "reason", text { max = 500, en = "Reason", zh = "事由" } } }, required = { "deputy", "deputy_until" },
  },
  form "leaving" {
    of = "employee", title = { en = "Leaving", zh = "离职交接单" },
    fields = { "left_on", "successor", { "reason", text { max = 500, en = "Reason", zh = "原因" } } }, required = { "left_on" },
  },
}
