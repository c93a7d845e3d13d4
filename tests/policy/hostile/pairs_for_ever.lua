-- source: https://github.com/lua/lua/blob/master/testes/nextvar.lua
-- place: guard
-- outcome: fault pairs: more work on texts and tables than one call may do
local t = {}
for i = 1, 5000 do t[i] = i end
while true do pairs(t) end
