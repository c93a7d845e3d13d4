-- The same cause, the same penalty, each time.
local function penalty(severity, cause_kind, repetition, direct, head)
  return { decide "complaint.penalty" { severity = severity, cause_kind = cause_kind, repetition = repetition }, expect = { direct = direct, head = head } }
end
return {
  test "a slight cause has none the first time, and comes closer each time" { steps = {
    penalty("slight", "person", 1, "none", "none"),
    penalty("slight", "person", 2, "reminder", "none"),
    penalty("slight", "person", 3, "written_review", "reminder"),
    penalty("slight", "team", 9, "written_review", "reminder"),
  } },
  test "a serious cause is the person's, or else more the head's" { steps = {
    penalty("serious", "person", 1, "written_review", "reminder"),
    penalty("serious", "team", 1, "reminder", "written_review"),
    penalty("serious", "person", 2, "deduction", "written_review"),
  } },
  test "a grave cause" { steps = {
    penalty("grave", "person", 1, "deduction", "reprimand"),
    penalty("grave", "team", 1, "reprimand", "deduction"),
    penalty("grave", "team", 2, "transfer_post", "deduction"),
  } },
  test "nobody is punished for what has not been called grave or slight" { steps = { penalty(nil, "person", 1, "none", "none") } },
}
