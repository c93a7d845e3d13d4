-- What a file must hold beside its forms.
return {
  test "a key customer's file holds the letters" { steps = {
    { decide "complaint.file_needs" { tier = "key", remedy = "gift" }, expect = { letters = true, callback = true, rule = "key" } },
  } },
  test "so does one in which something was promised in writing" { steps = {
    { decide "complaint.file_needs" { tier = "ordinary", remedy = "compensation" }, expect = { letters = true } },
    { decide "complaint.file_needs" { tier = "quality", remedy = "apology" },       expect = { letters = true } },
    { decide "complaint.file_needs" { tier = "ordinary", remedy = "refund" },       expect = { letters = false, callback = true } },
  } },
}
