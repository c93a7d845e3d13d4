-- source: found here: the same
-- place: guard
-- outcome: fault guard 'x' returned nothing; it must return true or false
local x = f
