-- source: https://github.com/lua/lua/blob/master/testes/nextvar.lua
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 100000 do t[i] = 1 end
for i = 1, 100000 do t[i] = nil end
while true do pairs(t) end
