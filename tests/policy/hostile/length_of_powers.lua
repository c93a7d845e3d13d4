-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local t = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }
t[17] = 1
for i = 4, 61 do t[1 << i] = 1 end
local n = 0
while true do n = n + #t end
