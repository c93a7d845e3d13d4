-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local x <close> = f
return true
