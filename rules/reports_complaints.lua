-- 《客户投诉分析表》 and the department indicators (rule book 11 and 12): `redress report complaint_analysis --month 2026-10`. Counted by the day of
-- receipt, against the month before. Who makes one is counted what rules/authority.lua lets him reach: a branch manager his branch.
local cases    = { count = true, en = "Cases", zh = "件数" }
local asked    = { count = true, en = "Asked", zh = "回访件数" }
local share    = { share = true, en = "Share of repeats", zh = "重复投诉占比", where = { repeated = true } }
local in_time  = { share = true, en = "Answered in time", zh = "按时答复率", where = { answered_in_time = true } }
local whole    = { share = true, en = "Whole case in time", zh = "全案按时率", where = { closed_in_time = true } }
local upheld   = { share = true, en = "Upheld", zh = "成立率", where = { ground = "sufficient", demand = "reasonable" } }
local pleased  = { share = true, en = "Satisfied", zh = "满意率", where = { satisfied = true } }
local paid     = { sum = "amount", en = "Granted", zh = "补救金额" }

return {
  report "complaint_analysis" {
    title = { en = "Monthly complaint analysis", zh = "客户投诉分析表" }, owner = "customer service management", of = "complaint",
    sections = {
      { title = { en = "All complaints", zh = "总体情况" }, against = "previous",
        measures = { cases = cases, upheld = upheld, in_time = in_time, whole = whole, repeats = share, paid = paid,
                     reopened = { sum = "reopened", en = "Times reopened", zh = "重开次数" } } },
      { title = { en = "By channel", zh = "按渠道" }, by = "channel", against = "previous", measures = { cases = cases, in_time = in_time } },
      { title = { en = "By type", zh = "按问题类型" }, by = "problem", against = "previous", measures = { cases = cases, upheld = upheld, repeats = share, paid = paid } },
      { title = { en = "By responsible department", zh = "按责任部门" }, by = "department", against = "previous",
        measures = { cases = cases, upheld = upheld, in_time = in_time, whole = whole, paid = paid } },
      { title = { en = "By product: the ten most named", zh = "按产品(前十)" }, by = "product", top = 10, against = "previous",
        where = { product = { given = true } }, measures = { cases = cases, repeats = share } },
      { title = { en = "By customer tier", zh = "按客户层级" }, by = "customer_tier", against = "previous", measures = { cases = cases, in_time = in_time, whole = whole } },
      { title = { en = "By branch", zh = "按分公司" }, by = "branch", against = "previous", measures = { cases = cases, in_time = in_time, whole = whole, paid = paid } },
      { title = { en = "Satisfaction of those called back", zh = "回访客户满意度" }, by = "problem", against = "previous",
        where = { satisfied = { given = true } }, measures = { asked = asked, pleased = pleased } },
      { title = { en = "Hot spots: what rose the most", zh = "热点:增长最多" }, by = { "department", "problem" }, top = 10, order = "change", against = "previous",
        measures = { cases = cases } },
      { title = { en = "Hard ones: joint consultations", zh = "疑难:联合会诊" }, by = { "department", "problem" }, top = 10,
        where = { consultation = { given = true } }, measures = { cases = cases } },
    },
  },
  report "department_indicators" {
    title = { en = "Department indicators", zh = "部门指标(联动机制)" }, owner = "customer service management", of = "complaint",
    where = { department = { given = true } },
    sections = {
      { title = { en = "Timeliness of answers", zh = "答复及时性" }, by = "department", against = "previous",
        measures = { cases = cases, in_time = in_time, whole = whole,
                     staged = { sum = "stages_missed", en = "Staged answers missed", zh = "阶段性答复逾期" } } },
      { title = { en = "Satisfaction with answers", zh = "答复满意度" }, by = "department", against = "previous",
        where = { satisfied = { given = true } }, measures = { asked = asked, pleased = pleased } },
      { title = { en = "Corrections", zh = "整改" }, by = "department",
        where = { correction = { given = true } },
        measures = { ordered = { count = true, en = "Ordered", zh = "整改件数" }, done = { share = true, en = "Corrected", zh = "整改完成率", where = { corrected = true } } } },
    },
  },
}
