-- source: https://github.com/lua/lua/blob/master/testes/cstack.lua
-- place: guard
-- outcome: refused
local function g() table.sort({ 1, 2 }, g) end
g()
return true
