-- Duties that come round by themselves (rules/schedules.lua): somebody is told, does it, and says what came of it.
return {
  record "duty" {
    title = { en = "Duty", zh = "例行任务" }, number = "DU-{year}-{0000}", owner = "done_by",
    fields = {
      duty    = duties { required = true, indexed = true, en = "Duty", zh = "任务" },
      role    = roles { required = true, indexed = true, en = "Whose it is", zh = "责任角色" },
      done_by = account { en = "Done by", zh = "完成人" },
      result  = text { max = 4000, en = "Result", zh = "结果" },
    },
  },
  form "duty_opening" { of = "duty", title = { en = "Duty", zh = "任务单" }, fields = { "duty", "role" }, required = { "duty", "role" } },
  form "duty_result"  { of = "duty", title = { en = "Result", zh = "任务结果" }, fields = { "result" }, required = { "result" } },

  workflow "duty" {
    version = 1, title = { en = "Duty", zh = "例行任务" }, initial = "open", clock = "service_hours",
    open = { event = "assign", form = "duty_opening", run = { "tell_role" } },
    states = {
      open = {
        title = { en = "Open", zh = "待办" },
        on = { finish = { form = "duty_result", go = "done", by = "done_by" } },
        after = { "5 business days", escalate = true, run = { "remind_role" },
                  tell = { "headquarters_centre", text = "Duty {number} is not done in time. 任务{number}未按时完成。" } },
      },
      done = { title = { en = "Done", zh = "已完成" }, final = true },
    },
    actions = {
      tell_role   = function(f) return tell { f.role, text = "A duty for you: {duty} {number}. 请办理:{duty},{number}。" } end,
      remind_role = function(f) return tell { f.role, text = "Your duty {number} is late. 任务{number}已超时。" } end,
    },
  },
}
