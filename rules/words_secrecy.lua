-- The levels of secrecy (rule book 13). The names are the language's own; only labels may differ.
return {
  choices "secrecy_levels" {
    { "secret",       en = "Secret",       zh = "秘密" },
    { "confidential", en = "Confidential", zh = "机密" },
    { "top_secret",   en = "Top secret",   zh = "绝密" },
  },
}
