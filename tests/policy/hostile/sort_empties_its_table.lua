-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
local t = {}
for i = 1, 1000 do t[i] = i end
table.sort(t, function(a, b) for i = 1, #t do t[i] = nil end return a > b end)
return t[1] == 1000
