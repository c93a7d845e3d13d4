-- No tier buys the fast track here: hardship opens it (somebody has no roof, no car, no income).
return {
  decision "complaint.track" {
    title = { en = "Which track a new complaint takes" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { track = tracks }, hit = "first",
    rows = {
      { id = "hardship", urgency = "hardship", track = "green" },
      { id = "others",                         track = "normal" },
    },
  },
  decision "complaint.fast_track" {
    title = { en = "The hardship track" }, owner = "group complaints office",
    input = { urgency = urgencies }, output = { track = tracks, watched = boolean }, hit = "first",
    rows = {
      { id = "watched", urgency = { "hardship", "high" }, track = "green", watched = true },
      { id = "by_hand",                                   track = "green", watched = false },
    },
  },
}
