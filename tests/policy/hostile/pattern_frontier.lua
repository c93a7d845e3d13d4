-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault string.gsub: more work on texts and tables than one call may do
local s = ("a "):rep(30000)
for i = 1, 1e6 do s:gsub("%f[%w]%w+%f[%W]", "") end
return true
