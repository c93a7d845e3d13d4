-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault string.gsub: more work on texts and tables than one call may do
return (("a"):rep(3000):gsub("a*a*a*b", "")) == ""
