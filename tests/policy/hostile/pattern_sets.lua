-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
local set = "[" .. ("a-b"):rep(20000) .. "]"
return ("z"):rep(60000):find(set)
