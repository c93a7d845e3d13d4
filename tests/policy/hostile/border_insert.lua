-- source: found here: 8 units for each of 2^61 items are none, and moving them ended never
-- place: guard
-- outcome: refused
local t = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }
t[17] = 1
for i = 4, 61 do t[1 << i] = 1 end
table.insert(t, 1, 1)
return true
