-- source: found here: a text is no effect
-- place: action
-- outcome: refused
return "set"
