-- Who is called after a complaint: everybody whose claim was refused, the others by draw. Nobody is disturbed at rest times.
return {
  choices "callback_sources" {
    { "complaint", en = "Complaint" }, { "claim", en = "Claim paid" }, { "renewal", en = "Renewal" },
  },
  choices "case_outcomes" { { "upheld", en = "Upheld" }, { "not_upheld", en = "Not upheld" }, { "done", en = "Done" } },
  choices "callback_channels" { { "phone", en = "Phone" }, { "email", en = "E-mail" }, { "letter", en = "Letter" } },
  choices "callback_answers" { { "answered", en = "Reached" }, { "no_answer", en = "No answer" }, { "call_later", en = "Wants a call later" } },
  choices "callback_outcomes" {
    { "satisfied", en = "Satisfied" }, { "unsatisfied", en = "Not satisfied" }, { "not_reached", en = "Not reached" }, { "withdrawn", en = "Withdrawn" },
  },
  choices "callback_seats" { { "private", en = "Private clients' desk" }, { "follow_up", en = "Follow-up" } },
  choices "regions" { { "ireland", en = "Ireland" }, { "canaries", en = "Canary Islands" } },

  decision "complaint.outcome" {
    title = { en = "How a complaint ended" }, owner = "group complaints office",
    input = { ground = grounds, demand = demands }, output = { outcome = case_outcomes }, hit = "first",
    rows = {
      { id = "no_ground", ground = "insufficient", outcome = "not_upheld" },
      { id = "no_demand", demand = "unreasonable", outcome = "not_upheld" },
      { id = "others",                             outcome = "upheld" },
    },
  },
  decision "callback.plan" {
    title = { en = "Who is called back, and how" }, owner = "follow-up",
    input  = { source = callback_sources, tier = tiers, problem = problems, outcome = case_outcomes },
    output = { rate = integer { min = 0, max = 10000 }, days = integer { min = 1, max = 90 }, channel = callback_channels, measure = text },
    hit = "first",
    rows = {
      { id = "data",       problem = "data_breach",                           rate = 10000, days = 5,  channel = "letter", measure = "Say what was done, in writing." },
      { id = "refused",    source = "complaint", problem = "claim_refused",   rate = 10000, days = 10, channel = "phone",  measure = "Has the reason been understood?" },
      { id = "not_upheld", source = "complaint", outcome = "not_upheld",      rate = 10000, days = 10, channel = "phone",  measure = "Name the ombudsman." },
      { id = "platinum",   tier = "platinum",                                 rate = 10000, days = 4,  channel = "phone",  measure = "Their own adjuster calls." },
      { id = "complaint",  source = "complaint",                              rate = 2500,  days = 10, channel = "email",  measure = "The five questions." },
      { id = "others",                                                        rate = 500,   days = 30, channel = "email",  measure = "The five questions." },
    },
  },
  decision "callback.attempts" {
    title = { en = "How often it is tried" }, owner = "follow-up",
    input = { tier = tiers }, hit = "unique",
    output = { attempts_max = integer, again = duration, grace = integer, head_hears = boolean },
    rows = {
      { id = "platinum", tier = "platinum",             attempts_max = 4, again = "3 hours", grace = 5,  head_hears = true },
      { id = "others",   tier = { "gold", "standard" }, attempts_max = 2, again = "6 hours", grace = 20, head_hears = false },
    },
    otherwise = { attempts_max = 2, again = "6 hours", grace = 20, head_hears = false },
  },
  decision "callback.complaint" {
    title = { en = "The complaint that a follow-up opens" }, owner = "follow-up",
    input = { channel = callback_channels }, output = { received_by = channels, about = problems }, hit = "unique",
    rows = {
      { id = "phone",  channel = "phone",  received_by = "claims_line", about = "manner" },
      { id = "email",  channel = "email",  received_by = "email",       about = "manner" },
      { id = "letter", channel = "letter", received_by = "letter",      about = "manner" },
    },
    otherwise = { received_by = "claims_line", about = "manner" },
  },
  decision "callback.window" {
    title = { en = "When a policyholder may be contacted" }, owner = "follow-up",
    input = { region = regions }, output = { window = one_of { "contact_hours", "contact_canaries" } }, hit = "unique",
    rows = {
      { id = "ireland",  region = "ireland",  window = "contact_hours" },
      { id = "canaries", region = "canaries", window = "contact_canaries" },
    },
    otherwise = { window = "contact_hours" },
  },
  decision "callback.seat" {
    title = { en = "Whose desk calls" }, owner = "follow-up",
    input = { tier = tiers, region = regions }, output = { seat = callback_seats }, hit = "first",
    rows = {
      { id = "abroad",  region = "canaries", seat = "follow_up" },
      { id = "private", tier = "platinum",   seat = "private" },
      { id = "others",                       seat = "follow_up" },
    },
  },
}
