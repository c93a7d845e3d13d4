-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local t = {}
t[f] = 1
for k in pairs(t) do end
return true
