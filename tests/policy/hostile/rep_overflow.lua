-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
return ("x"):rep(math.maxinteger, "yy") == ""
