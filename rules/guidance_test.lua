-- What the knowledge base promises.
return {
  test "advice goes by the symptom, and then by the kind of problem" {
    cases = {
      { symptom = "charged_twice", problem = "billing", expect = { rule = "charged_twice" } },
      { symptom = "fails_again",   problem = "quality", expect = { rule = "fails_again" } },
      { problem = "delivery", expect = { rule = "delivery" } },
      { symptom = "charged_unknown", expect = { rule = "charged_unknown" } }, { symptom = "charged_after_end", expect = { rule = "charged_after_end" } },
      { symptom = "price_differs", expect = { rule = "price_differs" } },     { symptom = "refund_missing", expect = { rule = "refund_missing" } },
      { symptom = "dead_on_arrival", expect = { rule = "dead_on_arrival" } }, { symptom = "worn_early", expect = { rule = "worn_early" } },
      { symptom = "late", expect = { rule = "late" } },                       { symptom = "lost", expect = { rule = "lost" } },
      { symptom = "damaged", expect = { rule = "damaged" } },                 { symptom = "wrong_goods", expect = { rule = "wrong_goods" } },
      { symptom = "rude", expect = { rule = "rude" } },                       { symptom = "no_answer", expect = { rule = "no_answer" } },
      { symptom = "sent_around", expect = { rule = "sent_around" } },         { symptom = "does_not_start", expect = { rule = "does_not_start" } },
      { symptom = "drops_out", expect = { rule = "drops_out" } },             { symptom = "slow", expect = { rule = "slow" } },
      { symptom = "not_as_agreed", expect = { rule = "not_as_agreed" } },     { symptom = "cannot_cancel", expect = { rule = "cannot_cancel" } },
      { symptom = "data_seen", expect = { rule = "data_seen" } },             { symptom = "unwanted_calls", expect = { rule = "unwanted_calls" } },
    },
    when = decide "complaint.guidance" {},
  },
  test "whoever was hurt comes before everything else" {
    steps = { { decide "complaint.guidance" { symptom = "unsafe", problem = "quality", injury = true, press = true }, expect = { rule = "hurt" } } },
  },
  test "each problem has advice of its own, even without a symptom" {
    cases = {
      { problem = "billing",   expect = { rule = "billing" } },   { problem = "quality",  expect = { rule = "quality" } },
      { problem = "service",   expect = { rule = "service" } },   { problem = "contract", expect = { rule = "contract" } },
      { problem = "technical", expect = { rule = "technical" } }, { problem = "privacy",  expect = { rule = "privacy" } },
    },
    when = decide "complaint.guidance" {},
  },
  test "a case that comes back is looked at with other eyes" {
    cases = {
      { problem = "billing", reopened = 1, expect = { rule = "again" } },
      { problem = "billing", repeats = 2,  expect = { rule = "repeated" } },
      { problem = "billing", customer_tier = "key", expect = { rule = "key" } },
    },
    when = decide "complaint.guidance" {},
  },
  test "where nothing is known, the first questions are" {
    steps = { { decide "complaint.guidance" {}, expect = { advice_en = { "Ask: what happened, when, what would help? Then choose a problem and a symptom." } } } },
  },
}
