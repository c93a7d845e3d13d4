-- source: https://github.com/lua/lua/blob/master/testes/cstack.lua
-- place: guard
-- outcome: fault pattern too complex
return (("a"):rep(2000):match((".?"):rep(2000))) == ""
