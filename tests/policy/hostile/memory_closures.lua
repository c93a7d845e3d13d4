-- source: https://github.com/lua/lua/blob/master/testes/closure.lua
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 1e9 do t[i] = function() return i end end
return true
