-- source: https://github.com/lua/lua/blob/master/testes/sort.lua
-- place: guard
-- outcome: fault table.sort: more work on texts and tables than one call may do
local t = {}
for i = 1, 50000 do t[i] = -i end
table.sort(t)
return true
