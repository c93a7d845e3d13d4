-- source: https://github.com/lua/lua/blob/master/testes/cstack.lua
-- place: guard
-- outcome: refused
local function g(n) return 1 + g(n + 1) end
return g(1) > 0
