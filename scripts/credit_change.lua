-- Adjusting a credit grade (rule book 8): applied for by the regional office, reviewed by the region the same day, signed by the headquarters
-- centre within three days, one day later at most where the marketing director extends it. Nobody acts twice on one application.
return {
  record "credit_change" {
    title = { en = "Change of credit grade", zh = "信用等级变更" }, number = "CC-{year}-{0000}", owner = "applicant", unit = "unit",
    fields = {
      customer   = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      rating     = reference "credit_rating" { required = true, indexed = true, en = "Rating", zh = "评级" },
      from_grade = credit_grades { en = "Grade before", zh = "原等级" },
      to_grade   = credit_grades { required = true, en = "Grade applied for", zh = "申请等级" },
      ground     = text { required = true, max = 2000, en = "Ground", zh = "申请理由" },
      applicant  = account { indexed = true, en = "Applied for by", zh = "申请人" },
      unit       = unit { indexed = true, en = "Unit", zh = "机构" },
      reviewer   = account { en = "Reviewed by", zh = "区域审核人" },
      signer     = account { en = "Signed by", zh = "总部签批人" },
      extender   = account { en = "Extended by", zh = "延期批准人" },
      agreed     = boolean { en = "Agreed", zh = "是否同意" },
      opinion    = text { max = 2000, en = "Opinion", zh = "意见" },
    },
  },
  form "credit_application" {
    of = "credit_change", title = { en = "Application for a change of grade", zh = "大客户信用级别变更申请表" },
    fields = { "customer", "rating", "to_grade", "ground" }, required = { "customer", "rating", "to_grade", "ground" },
  },
  form "credit_opinion" {
    of = "credit_change", title = { en = "Opinion", zh = "审核意见" }, fields = { "agreed", "opinion" }, required = { "agreed", "opinion" },
  },
  form "credit_extension" {
    of = "credit_change", title = { en = "Extension", zh = "延期审批" },
    fields = { { "reason", text { max = 2000, en = "Reason", zh = "原因" } } }, required = { "reason" },
  },
  workflow "credit_change" {
    version = 1, title = { en = "Change of credit grade", zh = "信用等级变更" }, initial = "applied_for", clock = "service_hours",
    invariants = { "nobody_acts_twice" }, apart = { { "applicant", "reviewer", "extender", "signer" } },
    open = { event = "apply", form = "credit_application", run = { "note_applicant", "use_rating" } },
    within = { "7 business days", escalate = true,
               tell = { "marketing_director", "vice_president", text = "{number} is over its whole time. {number}全程超时。" } },
    facts = {
      current        = field "customer.credit",
      sign_limit     = decide "credit.signature" { output = "sign" },                -- rules/credit.lua
      extended_limit = decide "credit.signature" { output = "extended" },
      rated_grade    = field "rating.grade",
      rated_customer = field "rating.customer",
    },
    states = {
      applied_for = {
        title = { en = "Under review", zh = "待区域审核" },
        on = { review = { form = "credit_opinion", by = "reviewer", title = { en = "Review", zh = "区域审核" },
                 { go = "reviewed", when = "is_agreed" }, { go = "declined" } } },
        after = { "by close of 0 business days", escalate = true,       -- the same day
                  tell = { "head_of_department", "branch_manager", text = "{number} is not reviewed on its day. {number}当日未审核。" } },
      },
      reviewed = {
        title = { en = "Waiting for the signature", zh = "待总部签批" }, entry = { "begin_signature" }, exit = { "end_signature" },
        on = {
          sign     = { form = "credit_opinion", by = "signer", title = { en = "Sign", zh = "总部签批" },
                       { go = "in_force", when = "is_agreed" }, { go = "declined" } },
          extend   = { form = "credit_extension", by = "extender", run = { "extend_signature" }, title = { en = "Extend by a day", zh = "延期一天" } },
          sign_due = { internal = true, run = { "tell_late" }, title = { en = "Signature due", zh = "签批到期" } },
        },
        after = { "10 business days", go = "declined" },                -- not signed is not changed
      },
      in_force = { title = { en = "In force", zh = "已生效" }, final = true, entry = { "take_effect" } },
      declined = { title = { en = "Declined", zh = "未同意" }, final = true, entry = { "tell_applicant" } },
    },
    guards = {
      nobody_acts_twice = function(f)         -- for certain (docs/reference/sim.md)
        local seen = {}
        for _, account in ipairs { f.applicant or 1, f.reviewer or 2, f.extender or 3, f.signer or 4 } do
          if seen[account] then return false, "one person has acted twice" end
          seen[account] = true
        end
        return true
      end,
      is_agreed = function(f) return f.form.agreed, "it is not agreed to" end,
      is_extended = function(f) return f.extender ~= nil, "it is extended once already" end,
      rating_does_not_bear_it = function(f)
        if f.rated_customer ~= f.customer then return true, "the rating is another customer's" end
        return f.rated_grade ~= f.to_grade, "the rating makes another grade"
      end,
    },
    actions = {
      note_applicant = function(f) return set { applicant = f.actor.account, unit = f.actor.unit, from_grade = f.current } end,
      use_rating = function(f) return send "applied" { to = f.rating } end,
      begin_signature = function(f)           -- the extension is of this limit, whenever it is asked for: no more than the table says
        return { deadline "signature" { f.sign_limit, event = "sign_due" }, deadline "signature_at_the_latest" { f.extended_limit, event = "sign_due" },
                 tell { "headquarters_centre", text = "{number} is to be signed. {number}待签批。" } }
      end,
      extend_signature = function(f) return stop "signature" end,
      end_signature = function(f) return { stop "signature", stop "signature_at_the_latest" } end,
      tell_late = function(f)
        return tell { "headquarters_centre", "marketing_director", text = "{number} is not signed in time. {number}未按时签批。" }
      end,
      take_effect = function(f)
        return { send "regrade" { to = f.customer, form = { credit = f.to_grade, fallen = false } },
                 tell { "owner", text = "{number} is in force. {number}已生效。" } }
      end,
      tell_applicant = function(f) return tell { "owner", text = "{number} is declined. {number}未获同意。" } end,
    },
  },
}
