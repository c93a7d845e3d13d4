-- source: found here: tried by an attacker, and held
-- place: action
-- outcome: refused
local t = {}
t.x = t
return set(t)
