-- The service desk: an incident is taken up, waits, is resolved, closed, and sometimes comes back.
-- `assign` is the desk's word for "somebody works on it": from wherever the incident stands it goes to active.
return workflow "incident" {
  version = 1, title = { en = "Incident", zh = "服务台事件" }, initial = "new", clock = "hotline",
  open = { event = "open", form = "incident" },
  within = { "incident.limit", escalate = true, tell = { "supervisor", text = "Incident {number} is over its time. 事件{number}超时。" } },

  states = {
    new = {
      title = { en = "New", zh = "新建" },
      on = {
        assign = { form = "incident_change", go = "active" },
        wait_for_user = { form = "incident_change", go = "awaiting_user_info" },
        wait_for_vendor = { form = "incident_change", go = "awaiting_vendor" },
        wait_for_problem = { form = "incident_change", go = "awaiting_problem" },
        wait_for_evidence = { form = "incident_change", go = "awaiting_evidence" },
        resolve = { form = "incident_change", go = "resolved" },
        close = { form = "incident_change", go = "closed" },
      },
      after = { "1 day", escalate = true, tell = { "supervisor", text = "Nobody works on {number}. 事件{number}无人处理。" } },
    },
    active = {
      title = { en = "Active", zh = "处理中" },
      on = {
        assign = { form = "incident_change" },
        wait_for_user = { form = "incident_change", go = "awaiting_user_info" },
        wait_for_vendor = { form = "incident_change", go = "awaiting_vendor" },
        wait_for_problem = { form = "incident_change", go = "awaiting_problem" },
        wait_for_evidence = { form = "incident_change", go = "awaiting_evidence" },
        resolve = { form = "incident_change", go = "resolved" },
      },
      after = { "7 days", escalate = true, tell = { "supervisor", text = "Incident {number} makes no progress. 事件{number}无进展。" } },
    },
    awaiting_user_info = {
      title = { en = "Awaiting user info", zh = "待用户信息" }, pause = true,
      on = {
        assign = { form = "incident_change", go = "active" },
        wait_for_user = { form = "incident_change" },
        wait_for_vendor = { form = "incident_change", go = "awaiting_vendor" },
        wait_for_problem = { form = "incident_change", go = "awaiting_problem" },
        wait_for_evidence = { form = "incident_change", go = "awaiting_evidence" },
        resolve = { form = "incident_change", go = "resolved" },
      },
      after = { "14 days", tell = { "owner", text = "The user has not answered on {number}. 用户未答复{number}。" } },
    },
    awaiting_vendor = {
      title = { en = "Awaiting vendor", zh = "待供应商" }, pause = true,
      on = {
        assign = { form = "incident_change", go = "active" },
        wait_for_user = { form = "incident_change", go = "awaiting_user_info" },
        wait_for_vendor = { form = "incident_change" },
        resolve = { form = "incident_change", go = "resolved" },
      },
      after = { "14 days", tell = { "owner", text = "The vendor has not answered on {number}. 供应商未答复{number}。" } },
    },
    awaiting_problem = {
      title = { en = "Awaiting problem", zh = "待问题分析" }, pause = true,
      on = {
        assign = { form = "incident_change", go = "active" },
        wait_for_user = { form = "incident_change", go = "awaiting_user_info" },
        wait_for_problem = { form = "incident_change" },
        resolve = { form = "incident_change", go = "resolved" },
      },
      after = { "30 days", tell = { "owner", text = "The problem behind {number} is not found. {number}的问题未查明。" } },
    },
    awaiting_evidence = {
      title = { en = "Awaiting evidence", zh = "待证据" }, pause = true,
      on = {
        assign = { form = "incident_change", go = "active" },
        wait_for_evidence = { form = "incident_change" },
        resolve = { form = "incident_change", go = "resolved" },
      },
      after = { "14 days", tell = { "owner", text = "No evidence yet for {number}. {number}尚无证据。" } },
    },
    resolved = {
      title = { en = "Resolved", zh = "已解决" }, pause = true,
      on = {
        assign = { form = "incident_change", go = "active", run = { "count_reopening" } },
        resolve = { form = "incident_change" },
        close = { form = "incident_change", go = "closed" },
      },
      after = { "30 days", tell = { "owner", text = "Incident {number} may be closed. 事件{number}可关闭。" } },
    },
    closed = {                                        -- not final: the log has cases that come back even from here
      title = { en = "Closed", zh = "已关闭" }, pause = true, rests = "it is over, unless it comes back",
      on = {
        assign = { form = "incident_change", go = "active", run = { "count_reopening" } },
        close = { form = "incident_change" },
      },
    },
  },

  always = { update = { form = "incident_change" } },

  actions = {
    count_reopening = function(f) return set { reopen_count = f.reopen_count + 1 } end,
  },
}
