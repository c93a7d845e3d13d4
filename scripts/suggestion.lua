-- Suggestions (rule book 14, 意见建议): signed or anonymous. Who leaves `anonymous` true is written nowhere; he gets a code, and asks with it and the
-- number how it stands (case.progress). The supervisors concerned and the administrator read and answer; what is not adopted is emptied.
return {
  record "suggestion" {
    title = { en = "Suggestion", zh = "意见建议" }, number = "SG-{year}-{0000}", owner = "author", unit = "unit",
    fields = {
      anonymous   = boolean { required = true, en = "Anonymous", zh = "匿名" },
      subject     = text { max = 200, en = "Subject", zh = "主题" },
      content     = text { max = 4000, en = "Suggestion", zh = "内容" },
      unit        = unit { required = true, indexed = true, en = "Whom it concerns", zh = "所涉机构" },
      author      = account { indexed = true, en = "Author, where it is signed", zh = "署名人" },
      receipt     = text { secrecy = "top_secret", en = "Receipt (hash)", zh = "回执码摘要" },
      answer      = text { max = 2000, en = "Answer", zh = "回复" },
      answered_by = account { indexed = true, en = "Answered by", zh = "回复人" },
    },
  },
  form "suggestion_form" { of = "suggestion", title = { en = "Suggestion", zh = "意见建议表" },
    fields = { "anonymous", "subject", "content", "unit" }, required = { "anonymous", "subject", "content", "unit" } },
  form "suggestion_answer" { of = "suggestion", title = { en = "Answer", zh = "回复" }, fields = { "answer" }, required = { "answer" } },

  workflow "suggestion" {
    version = 1, title = { en = "Suggestion", zh = "意见建议" }, initial = "received", clock = "service_hours",
    public = { proof = "receipt", fields = { "number", "answer" } },
    open = { event = "submit", form = "suggestion_form", anonymous = "anonymous", receipt = "receipt", run = { "sign", "tell_supervisor" } },
    states = {
      received = {
        title = { en = "Received", zh = "已收到" }, public = { en = "Received", zh = "已收到" },
        on = {
          reply   = { form = "suggestion_answer", by = "answered_by", run = { "tell_author" }, title = { en = "Reply", zh = "回复" } },
          adopt   = { form = "suggestion_answer", go = "adopted", by = "answered_by", title = { en = "Adopt", zh = "采纳" } },
          decline = { form = "suggestion_answer", go = "declined", by = "answered_by", title = { en = "Do not adopt", zh = "不采纳" } },
        },
        after = { "10 business days", escalate = true, tell = { "branch_manager", text = "Suggestion {number} is not decided. 建议{number}尚未处理。" } },
      },
      adopted  = { title = { en = "Adopted", zh = "已采纳" }, public = { en = "Adopted", zh = "已采纳" }, final = true, entry = { "tell_author" } },
      declined = { title = { en = "Not adopted", zh = "未采纳" }, public = { en = "Not adopted", zh = "未采纳" }, final = true, entry = { "tell_author", "empty" } },
    },
    actions = {
      sign            = function(f) if not f.anonymous then return set { author = f.actor.account } end end,
      tell_supervisor = function(f) return tell { "supervisor", text = "{number}: a suggestion. {number}:收到一条建议。" } end,
      tell_author     = function(f) if f.author then return tell { "author", text = "{number} is answered ({state}). {number}已回复({state})。" } end end,
      empty           = function(f) return set { subject = "", content = "" } end,   -- the journal keeps what was written: it is never rewritten
    },
  },
}
