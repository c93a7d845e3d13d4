-- Which seat answers what, for whom; and which group and role sit there.
return {
  test "key customers have their seat, hard cases a supervisor" { steps = {
    { decide "complaint.seat" { tier = "key", problem = "billing" },   expect = { seat = "key", group = "key", role = "handler", rule = "key" } },
    { decide "complaint.seat" { tier = "key", problem = "technical" }, expect = { seat = "key", role = "supervisor", rule = "key_hard" } },
    { decide "complaint.seat" { tier = "key", problem = "contract" },  expect = { seat = "key", role = "supervisor", rule = "key_hard" } },
  } },
  test "disclosed data go to data protection, whoever the customer is" { steps = {
    { decide "complaint.seat" { tier = "key", problem = "privacy" },      expect = { seat = "privacy", role = "supervisor", rule = "data_disclosed" } },
    { decide "complaint.seat" { tier = "ordinary", problem = "privacy" }, expect = { seat = "privacy" } },
  } },
  test "what is technical or a contract has its seat, the rest the front seat" { steps = {
    { decide "complaint.seat" { tier = "ordinary", problem = "technical" }, expect = { seat = "technical", group = "technical" } },
    { decide "complaint.seat" { tier = "quality", problem = "quality" },    expect = { seat = "technical" } },
    { decide "complaint.seat" { tier = "quality", problem = "contract" },   expect = { seat = "contracts" } },
    { decide "complaint.seat" { tier = "ordinary", problem = "service" },   expect = { seat = "front", rule = "everything_else" } },
  } },
}
