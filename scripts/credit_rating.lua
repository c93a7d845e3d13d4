-- Rating a key customer's credit (rule book 8): documents handed in, the rating form filled in, scored and graded by rules/credit.lua. The
-- grade takes effect through an application (scripts/credit_change.lua); only who does not fulfil contracts falls at once, by itself.
return {
  record "credit_rating" {
    title = { en = "Credit rating", zh = "信用评级" }, number = "CR-{year}-{0000}", owner = "rater", unit = "unit",
    fields = {
      customer  = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      year      = integer { required = true, min = 1990, max = 2200, en = "Rated year", zh = "评级年度" },
      -- documents
      identity_copy      = boolean { default = false, en = "Identity of the legal representative (copy)", zh = "法定代表人身份证复印件" },
      licence_copy       = boolean { default = false, en = "Business licence (copy)", zh = "营业执照复印件" },
      statements_year    = boolean { default = false, en = "Financial statements of last year", zh = "上年度财务报表" },
      statements_quarter = boolean { default = false, en = "Financial statements of last quarter", zh = "上季度财务报表" },
      -- the rating form
      traded      = money { min = "0.00", en = "Traded in the year", zh = "年度交易额" },
      due         = integer { min = 0, max = 1000000, en = "Contracts due", zh = "应履行合同数" },
      fulfilled   = integer { min = 0, max = 1000000, en = "Contracts fulfilled in time", zh = "按期履行合同数" },
      years_known = integer { min = 0, max = 200, en = "Years of business", zh = "合作年数" },
      profitable  = boolean { default = false, en = "Made a profit last year", zh = "上年盈利" },
      -- what comes of it
      fulfilment  = integer { indexed = true, en = "Fulfilment in percent", zh = "履约率(%)" },
      score       = integer { indexed = true, en = "Score", zh = "得分" },
      grade       = credit_grades { indexed = true, en = "Grade", zh = "等级" },
      rater       = account { indexed = true, en = "Rated by", zh = "评级人" },
      unit        = unit { indexed = true, en = "Unit", zh = "机构" },
    },
  },
  form "credit_basics" {
    of = "credit_rating", title = { en = "Basic information", zh = "信用基本信息表" },
    fields = { "customer", "year", "years_known" }, required = { "customer", "year" },
  },
  form "credit_documents" {
    of = "credit_rating", title = { en = "Documents handed in", zh = "评级资料清单" },
    fields = { "identity_copy", "licence_copy", "statements_year", "statements_quarter" },
  },
  form "credit_rating_form" {
    of = "credit_rating", title = { en = "Rating form", zh = "信用评级表" },
    fields = { "traded", "due", "fulfilled", "years_known", "profitable" }, required = { "traded", "due", "fulfilled", "years_known" },
  },
  form "credit_reason" {
    of = "credit_rating", title = { en = "Reason", zh = "原因" },
    fields = { { "reason", text { max = 2000, en = "Reason", zh = "原因" } } }, required = { "reason" },
  },
  workflow "credit_rating" {
    version = 1, title = { en = "Credit rating", zh = "信用评级" }, initial = "collecting", clock = "service_hours",
    open = { event = "begin", form = "credit_basics", run = { "note_rater" } },
    facts = {
      scored  = decide "credit.score" {},
      graded  = decide "credit.grade" {},
      falls   = decide "credit.floor" { output = "falls" },
      floor_grade = decide "credit.floor" { output = "grade" },
      current = field "customer.credit",
    },
    states = {
      collecting = {
        title = { en = "Collecting documents", zh = "收集资料" },
        on = {
          hand_in = { form = "credit_documents", title = { en = "Hand in documents", zh = "提交资料" } },
          rate    = { form = "credit_rating_form", go = "rated", run = { "compute", "score_it", "grade_it" }, title = { en = "Rate", zh = "评级" } },
          give_up = { form = "credit_reason", go = "given_up", title = { en = "Give up", zh = "终止" } },
        },
        after = { "15 business days", escalate = true, tell = { "owner", "supervisor", text = "{number}: documents are missing. {number}评级资料未齐。" } },
      },
      rated = {                               -- whoever reached another grade is applied for within five days
        title = { en = "Rated", zh = "已评级" }, entry = { "fall", "remind" },
        on = { applied = { internal = true, go = "filed", title = { en = "Applied for", zh = "已申请变更" } },
               settle  = { internal = true, go = "filed", title = { en = "Nothing to change", zh = "无需变更" } } },
        after = { "5 business days", go = "filed", run = { "tell_missed" } },
      },
      filed    = { title = { en = "Filed", zh = "已归档" }, final = true },
      given_up = { title = { en = "Given up", zh = "已终止" }, final = true },
    },
    guards = {
      documents_are_missing = function(f)
        local all = f.identity_copy and f.licence_copy and f.statements_year and f.statements_quarter
        return not all, "the four documents must be there first"
      end,
      nothing_was_due = function(f) return f.form.due < 1 or f.form.fulfilled > f.form.due, "contracts fulfilled are some of those due" end,
    },
    actions = {
      note_rater = function(f) return set { rater = f.actor.account, unit = f.actor.unit } end,
      compute    = function(f) return set { fulfilment = f.fulfilled * 100 // f.due } end,
      score_it   = function(f) return set { score = f.scored } end,
      grade_it   = function(f) return set { grade = f.graded } end,
      fall = function(f)                      -- automatic: nobody signs it
        if f.falls then
          return { send "fall" { to = f.customer, form = { credit = f.floor_grade, fallen = true } },
                   tell { "owner", "supervisor", text = "{number}: the customer falls to ordinary. {number}:客户履约率过低,降为普通客户。" } }
        end
      end,
      remind = function(f)
        if f.falls or f.grade == f.current then return send "settle" { to = f.id } end
        return tell { "owner", text = "{number}: apply for grade {grade} within five days. {number}:请在五个工作日内申请变更等级。" }
      end,
      tell_missed = function(f) return tell { "supervisor", text = "{number}: nobody applied in time. {number}未按时申请变更。" } end,
    },
  },
}
