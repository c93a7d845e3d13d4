-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 9000 do t[i] = i end
local step = pairs(t)
for i = 1, 9000 do t[i] = nil end
while true do step() end
