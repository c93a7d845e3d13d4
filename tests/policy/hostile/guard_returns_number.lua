-- source: found here: the same
-- place: guard
-- outcome: fault guard 'x' returned a number; it must return true or false
return 1
