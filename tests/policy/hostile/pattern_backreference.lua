-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
return ("a"):rep(3000):find("(.*)%1%1%1b")
