-- source: found here: a length that no memory bounds
-- place: guard
-- outcome: refused
local t = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }
t[17] = 1
for i = 4, 61 do t[1 << i] = 1 end
t[1 << 62], t[math.maxinteger] = 1, 1
table.remove(t)
table.remove(t)
return true
