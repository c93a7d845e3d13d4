-- source: found here: the same
-- place: guard
-- outcome: fault guard 'x' returned a string; it must return true or false
return "true"
