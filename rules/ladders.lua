-- Rule book 3: how a step that is late climbs. A state names the ladder; each state that climbs it has clocks of its own.
return {
  ladder "complaint.step" {
    { "complaint.step_limit", escalate = true,
      tell = { "supervisor", text = "Complaint {number} is late ({state}). 投诉{number}超过单步时限({state})。" } },
    { "complaint.head_limit", escalate = true,
      tell = { "head_of_department", text = "Complaint {number} is still late ({state}). 投诉{number}仍未办理({state})。" } },
  },
}
