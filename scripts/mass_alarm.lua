-- Mass complaint early warning (批量投诉预警, rule book 4): raised by complaint.lua when many complaints of one kind come at once. One alarm for
-- a department and problem as long as it lasts: it draws the old cases in, new ones join it (complaint.lua), it looks at the count
-- again and again, is raised anew where the number has doubled, ebbs, and closes by itself. rules/mass_alarm.lua has the figures.
return {
  record "mass_alarm" {
    title = { en = "Mass complaint alarm", zh = "批量投诉预警" }, number = "MA-{year}-{0000}",
    fields = {
      department = departments { required = true, indexed = true, en = "Department", zh = "责任部门" },
      problem    = problems { required = true, indexed = true, en = "Problem", zh = "问题类型" },
      complaints = integer { min = 1, en = "Complaints when it was raised", zh = "预警时投诉件数" },
      record_id  = integer { en = "Own id, by which complaints join", zh = "内部编号" },
      latest     = integer { min = 0, en = "In the last 24 hours, when last looked", zh = "最近二十四小时件数" },
      linked     = integer { min = 0, en = "Complaints that belong to it", zh = "关联投诉件数" },
      raised_again = integer { min = 0, en = "Times raised anew", zh = "再次预警次数" },
      measures   = text { max = 4000, en = "Measures", zh = "应对措施" },
    },
    indexes = { { "department", "problem" } },
  },
  form "alarm" { of = "mass_alarm", title = { en = "Alarm", zh = "预警单" },
    fields = { "department", "problem", "complaints" }, required = { "department", "problem" } },
  form "alarm_measures" { of = "mass_alarm", title = { en = "Measures", zh = "预警处理单" },
    fields = { "measures" }, required = { "measures" } },

  workflow "mass_alarm" {
    version = 1, title = { en = "Mass complaint alarm", zh = "批量投诉预警" }, initial = "open", clock = "service_hours",
    open = { event = "raise", form = "alarm", run = { "tell_heads", "link_old_ones", "keep_watching" } },
    facts = {
      recent = count "complaint" { same = { "department", "problem" }, in_last = "24 hours", at_most = 500 },
      joined = count "complaint" { same = { alarm = "id" }, at_most = 1000 },
      others = count "mass_alarm" { same = { "department", "problem" }, where = { state = { "open", "acknowledged", "ebbed" } }, at_most = 5 },
      raise_at   = decide "mass_alarm.rule" { output = "raise_at" },
      ebb_below  = decide "mass_alarm.rule" { output = "ebb_below" },
      look_every = decide "mass_alarm.rule" { output = "look_every" },
    },
    states = {
      open = {
        title = { en = "Open", zh = "未确认" },
        on = {
          acknowledge = { title = { en = "Acknowledge", zh = "确认" }, go = "acknowledged" },
          watch = { internal = true, title = { en = "Look at the count", zh = "复查件数" }, { go = "ebbed", when = "has_ebbed", run = { "note_count", "tell_ebbed" } },
                    { run = { "raise_again_if_doubled", "note_count", "keep_watching" } } },
        },
        after = { ladder = "mass_alarm.unclaimed" },                -- rules/ladders.lua
      },
      acknowledged = {
        title = { en = "Acknowledged", zh = "处理中" },
        on = {
          close = { form = "alarm_measures", go = "closed" },
          watch = { internal = true, title = { en = "Look at the count", zh = "复查件数" }, { go = "ebbed", when = "has_ebbed", run = { "note_count", "tell_ebbed" } },
                    { run = { "raise_again_if_doubled", "note_count", "keep_watching" } } },
        },
        after = { "5 business days", escalate = true, tell = { "branch_manager", text = "Alarm {number} is still open. 预警{number}仍未关闭。" } },
      },
      ebbed = {                                       -- the measures are still asked for; a new wave opens it again
        title = { en = "Ebbed", zh = "已消退" }, entry = { "keep_watching" },
        on = {
          close = { form = "alarm_measures", go = "closed" },
          watch = { internal = true, title = { en = "Look at the count", zh = "复查件数" }, { go = "open", when = "is_mass_again", run = { "count_raising", "note_count", "tell_heads", "keep_watching" } },
                    { run = { "note_count", "keep_watching" } } },
        },
        after = { "5 business days", go = "closed", tell = { "head_of_department", text = "Alarm {number} is closed: the wave has ebbed. 预警{number}已消退并关闭。" } },
      },
      closed = { title = { en = "Closed", zh = "已关闭" }, final = true },
    },
    guards = {
      alarm_is_open_already = function(f) return f.others > 0 end,
      has_ebbed     = function(f) return f.recent < f.ebb_below end,
      is_mass_again = function(f) return f.recent >= f.raise_at end,
    },
    actions = {
      tell_heads = function(f)
        return { set { record_id = f.id },
                 tell { "head_of_department", "branch_manager", text = "Mass complaint warning {number}. 批量投诉预警{number}。" } }
      end,
      link_old_ones = function(f)                     -- those that are under way; a job of its own, so that no command has to wait
        return each "complaint" { same = { department = f.department, problem = f.problem },
                                  where = { state = { "with_department", "with_customer", "in_consultation", "investigated", "proposed", "chosen",
                                                      "passed_up", "processing", "fed_back", "closed" } },
                                  send = "join_alarm", form = { alarm = f.id } }
      end,
      keep_watching = function(f) return deadline "watch" { f.look_every, event = "watch", clock = "hotline" } end,
      note_count = function(f) return set { latest = f.recent, linked = f.joined } end,
      raise_again_if_doubled = function(f)
        if f.recent >= 2 * (f.complaints or f.raise_at) then
          return { set { complaints = f.recent, raised_again = (f.raised_again or 0) + 1 },
                   tell { "branch_manager", "headquarters_centre", at_once = true, text = "Alarm {number} has doubled: {complaints}. 预警{number}投诉量翻倍:{complaints}。" } }
        end
      end,
      count_raising = function(f) return set { complaints = f.recent, raised_again = (f.raised_again or 0) + 1 } end,
      tell_ebbed = function(f) return tell { "head_of_department", text = "The wave of alarm {number} has ebbed; measures, please. 预警{number}已消退,请填写应对措施。" } end,
    },
  },
}
