-- source: https://github.com/lua/lua/blob/master/testes/sort.lua
-- place: guard
-- outcome: refused
local t = { 3, 2, 1 }
table.sort(t, function(a, b) t[#t + 1] = {} return table.sort(t, function() return true end) end)
for i = 1, 1e9 do t[#t + 1] = i end
return true
