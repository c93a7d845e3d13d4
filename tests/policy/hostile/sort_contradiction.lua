-- source: https://github.com/lua/lua/blob/master/testes/sort.lua
-- place: guard
-- outcome: answer [true,null]
local t = {}
for i = 1, 1000 do t[i] = i end
table.sort(t, function() return true end)
table.sort(t, function(a, b) return a <= b end)
return #t == 1000
