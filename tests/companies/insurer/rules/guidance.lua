-- What an adviser should know before the answer: by symptom, then by problem.
return {
  choices "symptoms" {
    { "gradual_damage",  en = "\"Gradual damage\" was the reason" }, { "not_disclosed", en = "\"Not disclosed\" was the reason" },
    { "no_engineer",     en = "No adjuster came" },                  { "papers_again",  en = "Papers asked for twice" },
    { "renewal_jump",    en = "The premium jumped at renewal" },     { "two_covers",    en = "Insured twice" },
    { "letter_elsewhere", en = "A letter went to a stranger" },
  },
  decision "complaint.guidance" {
    title = { en = "Symptom, cause, advice" }, owner = "group complaints office",
    input  = { symptom = symptoms, problem = problems, customer_tier = tiers, injury = boolean, press = boolean, reopened = integer, repeats = integer },
    output = { cause_en = text, advice_en = text },
    hit = "rule order",
    rows = {
      { id = "hurt",  injury = true, cause_en = "Somebody was hurt.", advice_en = "Ask how they are before you ask for the policy number. Pay what is undisputed today." },
      { id = "press", press = true,  cause_en = "The press looks on.", advice_en = "The press office speaks; you answer the policyholder, today." },
      { id = "again", reopened = ">= 1", cause_en = "Our last answer did not help.", advice_en = "Another adjuster, and the ombudsman's address in the letter." },
      { id = "repeated", repeats = ">= 2", cause_en = "The same again.", advice_en = "Ask for a consultation with underwriting: the wording may be at fault." },
      { id = "platinum", customer_tier = "platinum", cause_en = "A platinum policyholder.", advice_en = "Their own adjuster calls; the clocks are everybody's." },

      { id = "gradual_damage", symptom = "gradual_damage", cause_en = "The exclusion was read too wide.", advice_en = "Was it to be seen? If not, it was sudden for the policyholder." },
      { id = "not_disclosed", symptom = "not_disclosed", cause_en = "The question at the sale was not clear.", advice_en = "Read the form as it was asked. What was not asked need not be disclosed." },
      { id = "no_engineer", symptom = "no_engineer", cause_en = "The storm list is full.", advice_en = "Send a loss adjuster with a date; until then photographs will do." },
      { id = "papers_again", symptom = "papers_again", cause_en = "Two files of one claim.", advice_en = "Join the files first. Never ask for a paper that is in one of them." },
      { id = "renewal_jump", symptom = "renewal_jump", cause_en = "A claim of another year, or the index.", advice_en = "Show both premiums side by side with what changed." },
      { id = "two_covers", symptom = "two_covers", cause_en = "The old policy was not ended.", advice_en = "Refund the younger premium from the day on which both ran." },
      { id = "letter_elsewhere", symptom = "letter_elsewhere", cause_en = "An old address.", advice_en = "Tell the data protection officer within the hour: the law gives us 72." },

      { id = "claim_refused", problem = "claim_refused", cause_en = "An exclusion, or one that we believe in.", advice_en = "Quote the clause, name the fact, say who decides next." },
      { id = "claim_delay", problem = "claim_delay", cause_en = "Waiting for somebody else's paper.", advice_en = "Say for which, since when, and pay what is undisputed." },
      { id = "claim_amount", problem = "claim_amount", cause_en = "Two estimates.", advice_en = "Send both; offer a third at our cost." },
      { id = "premium", problem = "premium", cause_en = "Most are right and hard to read.", advice_en = "Go through it line by line." },
      { id = "cover", problem = "cover", cause_en = "Two readings of a sentence.", advice_en = "What is unclear is read in the policyholder's favour." },
      { id = "advice", problem = "advice", cause_en = "What the broker said.", advice_en = "Ask for the broker's note of the meeting." },
      { id = "manner", problem = "manner", cause_en = "A person, on a bad day.", advice_en = "Hear the recording before you answer." },
      { id = "data_breach", problem = "data_breach", cause_en = "To be verified, and kept secret.", advice_en = "Write no personal data into the summary." },
    },
    otherwise = { cause_en = "Not known yet.", advice_en = "Ask what happened, when, and what would help." },
  },
}
