-- What a company may answer to a complaint that came through the regulator.
return choices "regulator_responses" {
  { "in_progress",                     en = "In progress",                     zh = "处理中" },
  { "closed",                          en = "Closed",                          zh = "已结案" },
  { "closed_with_explanation",         en = "Closed with explanation",         zh = "解释后结案" },
  { "closed_with_monetary_relief",     en = "Closed with monetary relief",     zh = "金钱补偿后结案" },
  { "closed_with_non_monetary_relief", en = "Closed with non-monetary relief", zh = "非金钱补救后结案" },
  { "untimely_response",               en = "Untimely response",               zh = "逾期答复" },
}
