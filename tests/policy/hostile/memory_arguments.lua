-- source: https://github.com/lua/lua/blob/master/testes/vararg.lua
-- place: guard
-- outcome: refused
local function g(...) return g(1, ...) end
return g()
