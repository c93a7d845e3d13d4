-- source: https://github.com/lua/lua/blob/master/testes/nextvar.lua
-- place: guard
-- outcome: refused
local t = { 1 }
for i in ipairs(t) do t[i + 1] = i end
return true
