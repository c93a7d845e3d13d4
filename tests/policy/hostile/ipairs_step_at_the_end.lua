-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
local step = ipairs {}
return step({}, math.maxinteger) == nil
