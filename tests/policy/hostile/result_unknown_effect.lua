-- source: found here: only what an effect word makes is an effect
-- place: action
-- outcome: refused
return { effect = "grant", data = {} }
