-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
local s = ("("):rep(20000)
for i = 1, 9e9 do s:find("%b()") end
return true
