-- Rule book 4: who goes through the green channel at once, and what opening it by hand means.
return {
  decision "complaint.track" {
    title = { en = "Which track a new complaint takes", zh = "受理通道" }, owner = "customer service management",
    input = { tier = tiers }, output = { track = tracks }, hit = "first",
    rows = {
      { id = "green",  tier = "key", track = "green" },
      { id = "normal",               track = "normal" },
    },
  },
  decision "complaint.fast_track" {           -- watched: when a case becomes so urgent, the head hears at once and a clock runs
    title = { en = "The fast track", zh = "快速通道" }, owner = "customer service management",
    input = { urgency = urgencies }, output = { track = tracks, watched = boolean }, hit = "first",
    rows = {
      { id = "watched", urgency = "urgent", track = "green", watched = true },
      { id = "by hand",                     track = "green", watched = false },
    },
  },
}
