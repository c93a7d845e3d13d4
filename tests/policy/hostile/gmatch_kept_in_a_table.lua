-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local t = {}
while true do t[#t + 1] = ("a b"):gmatch("%a") end
