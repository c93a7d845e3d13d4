-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: fault table.concat: more work on texts and tables than one call may do
local s = ("x"):rep(100000)
local t = {}
for i = 1, 1000 do t[i] = s end
return table.concat(t) == ""
