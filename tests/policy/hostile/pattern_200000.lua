-- source: https://github.com/lua/lua/blob/master/testes/cstack.lua
-- place: guard
-- outcome: refused
return (("a"):rep(60000):match((".?"):rep(60000))) == ""
