-- source: https://github.com/lua/lua/blob/master/testes/pm.lua
-- place: guard
-- outcome: fault too many captures
return ("x"):match(("("):rep(40) .. "x" .. (")"):rep(40))
