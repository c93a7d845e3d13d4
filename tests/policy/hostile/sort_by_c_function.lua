-- source: found here: a C function as comparator runs without one counted instruction
-- place: guard
-- outcome: refused
local s = ("0"):rep(100000)
local t = {}
for i = 1, 9000 do t[i] = s end
table.sort(t, math.ult)
return true
