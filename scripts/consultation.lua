-- Joint consultation (联合会诊, rule book 4): a hard complaint goes to several departments at once. Each gives its opinion on its own
-- sheet; rules/consultations.lua says whether all must answer or a number of them will do. A dissent is kept, a silent department climbs.
return {
  record "consultation" {
    title = { en = "Joint consultation", zh = "联合会诊" }, number = "JC-{year}-{0000}", owner = "convenor", unit = "unit",
    fields = {
      complaint   = reference "complaint" { required = true, indexed = true, en = "Complaint", zh = "投诉" },
      convenor    = account { en = "Convened by", zh = "召集人" },
      unit        = unit { indexed = true, en = "Unit", zh = "机构" },
      priority    = urgencies { en = "Urgency", zh = "紧急程度" },
      departments = list_of(departments) { required = true, min = 2, max = 12, en = "Departments", zh = "会诊部门" },
      question    = text { required = true, max = 4000, en = "Question", zh = "会诊问题" },
      join        = joins { en = "Who must agree", zh = "会诊方式" },
      quorum      = integer { min = 1, en = "How many must agree", zh = "同意数要求" },
      asked       = integer { min = 0, en = "Asked", zh = "征询数" },
      agreeing    = integer { default = 0, en = "Agreeing", zh = "同意数" },
      dissenting  = integer { default = 0, en = "Dissenting", zh = "异议数" },
      silent      = integer { default = 0, en = "Silent", zh = "未答复数" },
      result      = consultation_results { indexed = true, en = "Result", zh = "会诊结论" },
    },
  },
  form "consultation" { of = "consultation", title = { en = "Joint consultation", zh = "联合会诊单" },
    fields = { "complaint", "convenor", "unit", "priority", "departments", "question" } },

  record "opinion" {
    title = { en = "Opinion", zh = "会诊意见" }, number = "OP-{year}-{00000}", owner = "given_by", unit = "unit",
    fields = {
      consultation = reference "consultation" { required = true, indexed = true, en = "Consultation", zh = "联合会诊" },
      department   = departments { required = true, indexed = true, en = "Department", zh = "部门" },
      unit         = unit { indexed = true, en = "Unit", zh = "机构" },
      priority     = urgencies { en = "Urgency", zh = "紧急程度" },
      question     = text { max = 4000, en = "Question", zh = "会诊问题" },
      verdict      = verdicts { en = "Verdict", zh = "意见" },
      reasons      = text { max = 4000, en = "Reasons", zh = "理由" },
      given_by     = account { indexed = true, en = "Given by", zh = "意见人" },
    },
  },
  form "opinion_request" { of = "opinion", title = { en = "Request for an opinion", zh = "会诊征询单" },
    fields = { "consultation", "department", "unit", "priority", "question" } },
  form "opinion" { of = "opinion", title = { en = "Opinion", zh = "会诊意见单" },
    fields = { "verdict", "reasons" }, required = { "verdict", "reasons" } },

  workflow "consultation" {
    version = 1, title = { en = "Joint consultation", zh = "联合会诊" }, initial = "open", clock = "service_hours",
    open = { event = "convene", internal = true, form = "consultation", run = { "set_rule", "ask_departments", "attach_to_complaint" } },
    within = { "consultation.limit", escalate = true,
               tell = { "owner", "branch_manager", text = "Consultation {number} is late. 会诊{number}超时。" } },
    facts = {
      join_now   = decide "consultation.join" { output = "join" },
      quorum_now = decide "consultation.join" { output = "quorum" },
      agreed    = count "opinion" { same = { consultation = "id" }, where = { state = "agreed" } },
      dissented = count "opinion" { same = { consultation = "id" }, where = { state = "dissented" } },
      unheard   = count "opinion" { same = { consultation = "id" }, where = { state = "silent" } },
    },
    states = {
      open = {
        title = { en = "Opinions awaited", zh = "征询中" },
        on = { hear = { internal = true, title = { en = "An opinion is in", zh = "收到意见" },          -- each opinion says so when it is given, or too late
                        { go = "concluded", when = "is_settled", run = { "note_opinions", "conclude" } }, { run = { "note_opinions" } } } },
      },
      concluded = { title = { en = "Concluded", zh = "已有结论" }, final = true },
    },
    guards = {
      is_settled = function(f)
        if f.join == "quorum" and f.agreed >= f.quorum then return true end
        return f.agreed + f.dissented + f.unheard >= f.asked, "not all departments have answered"
      end,
    },
    actions = {
      set_rule = function(f) return set { join = f.join_now, quorum = f.quorum_now } end,
      ask_departments = function(f)
        local effects, seen = {}, {}
        for _, department in ipairs(f.departments) do
          if not seen[department] then                -- named twice is asked once
            seen[department] = true
            effects[#effects + 1] = start "opinion" { consultation = f.id, department = department, unit = f.unit, priority = f.priority,
                                                      question = f.question }
          end
        end
        effects[#effects + 1] = set { asked = #effects }
        return effects
      end,
      attach_to_complaint = function(f) return send "attach" { to = f.complaint, form = { consultation = f.id } } end,
      note_opinions = function(f) return set { agreeing = f.agreed, dissenting = f.dissented, silent = f.unheard } end,
      conclude = function(f)
        local needed = f.join == "quorum" and f.quorum or f.asked
        local result
        if f.agreed >= needed then
          result = f.dissented == 0 and "agreed" or "carried"
        elseif f.agreed * 2 > f.asked then
          result = "carried"                          -- more than half agree, and somebody dissents or is silent
        elseif f.unheard * 2 > f.asked then
          result = "unheard"
        else
          result = "split"
        end
        return { set { result = result }, send "consulted" { to = f.complaint, form = { consultation_result = result } } }
      end,
    },
  },

  workflow "opinion" {
    version = 1, title = { en = "Opinion", zh = "会诊意见" }, initial = "asked", clock = "service_hours",
    open = { event = "ask", internal = true, form = "opinion_request", run = { "tell_department" } },
    states = {
      asked = {
        title = { en = "Asked", zh = "待答复" },
        on = { give = { form = "opinion", by = "given_by",
                 { go = "agreed", when = "is_agreement" }, { go = "dissented" } } },
        after = {
          { "opinion.limit", escalate = true, tell = { "head_of_department", text = "{department}: no opinion yet on {number}. {department}尚未答复会诊{number}。" } },
          { "opinion.silent_limit", escalate = true, go = "silent",
            tell = { "branch_manager", text = "{department} has kept silent: {number}. {department}未答复会诊:{number}。" } },
        },
      },
      agreed    = { title = { en = "Agreed", zh = "同意" }, final = true, entry = { "tell_consultation" } },
      dissented = { title = { en = "Dissented", zh = "异议" }, final = true, entry = { "tell_consultation" } },
      silent    = { title = { en = "Silent", zh = "未答复" }, final = true, entry = { "tell_consultation" } },
    },
    guards  = { is_agreement = function(f) return f.form.verdict == "agree" end },
    actions = {
      tell_department = function(f)
        return tell { "head_of_department", text = "{department}: your opinion, please: {number}. 请{department}答复会诊:{number}。" }
      end,
      tell_consultation = function(f) return send "hear" { to = f.consultation } end,
    },
  },
}
