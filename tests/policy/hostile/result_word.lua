-- source: found here: a word of the language is no effect
-- place: action
-- outcome: refused
return set
