-- Beside the steps.
return {
  decision "complaint.headquarters_limit" {
    title = { en = "After the whole time, until the group is told" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", urgency = "hardship", limit = "2 hours" }, { id = "others", limit = "5 business days" } },
  },
  decision "complaint.stage_limit" {
    title = { en = "Until the policyholder of a long case hears how it stands" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", urgency = "hardship", limit = "1 business day" }, { id = "others", limit = "10 business days" } },   -- the regulator's: every 20
  },
  decision "correction.limit" {
    title = { en = "Until the correction is reported" }, owner = "group complaints office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = { { id = "grave", severity = "grave", limit = "1 business day" }, { id = "others", limit = "3 business days" } },
  },
  decision "correction.explain_limit" {
    title = { en = "Until the manager has explained to the policyholder" }, owner = "group complaints office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = { { id = "grave", severity = "grave", limit = "1 business day" }, { id = "others", limit = "3 business days" } },
  },
  decision "correction.second_limit" {
    title = { en = "For either, until the region is told" }, owner = "group complaints office",
    input = { severity = severities }, output = { limit = duration }, hit = "first",
    rows = { { id = "grave", severity = "grave", limit = "2 business days" }, { id = "others", limit = "6 business days" } },
  },
  decision "site_visit.arrival_limit" {
    title = { en = "Until the loss adjuster is with the policyholder" }, owner = "motor claims",
    input = { priority = urgencies }, output = { limit = duration }, hit = "first",
    rows = { { id = "hardship", priority = "hardship", limit = "4 hours" }, { id = "others", limit = "2 business days" } },
  },
}
