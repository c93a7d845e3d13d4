-- The words of a complaint's further steps: how grave, which penalty, who answers, how a consultation ends.
return {
  choices "severities" {
    { "slight",  en = "Slight",  zh = "轻微" },
    { "serious", en = "Serious", zh = "严重" },
    { "grave",   en = "Grave",   zh = "重大" },
  },
  choices "penalties" {                       -- from mild to hard; rules/penalties.lua proposes, a person confirms
    { "none",           en = "None",                    zh = "不处罚" },
    { "reminder",       en = "Reminder",                zh = "提醒谈话" },
    { "written_review", en = "Written review",          zh = "书面检讨" },
    { "reprimand",      en = "Reprimand before all",    zh = "通报批评" },
    { "deduction",      en = "Deduction from the bonus", zh = "扣减绩效" },
    { "transfer_post",  en = "Transfer to another post", zh = "调离岗位" },
  },
  choices "seats" {                           -- rules/seats.lua says which answers what
    { "front",     en = "Front seat",           zh = "综合专席" },
    { "technical", en = "Technical seat",       zh = "技术专席" },
    { "contracts", en = "Contract seat",        zh = "合同专席" },
    { "privacy",   en = "Data protection seat", zh = "信息安全专席" },
    { "key",       en = "Key customer seat",    zh = "大客户专席" },
  },
  choices "joins" {
    { "all",    en = "All departments",    zh = "全体" },
    { "quorum", en = "A part of them",     zh = "过半或定额" },
  },
  choices "verdicts" {
    { "agree",   en = "Agrees",   zh = "同意" },
    { "dissent", en = "Dissents", zh = "异议" },
  },
  choices "consultation_results" {
    { "agreed",  en = "Agreed",                      zh = "达成一致" },
    { "carried", en = "Agreed, with dissent",        zh = "通过(有异议)" },
    { "split",   en = "Not agreed",                  zh = "未达成一致" },
    { "unheard", en = "Too few departments answered", zh = "答复不足" },
  },
}
