-- source: https://github.com/lua/lua/blob/master/testes/cstack.lua
-- place: guard
-- outcome: refused
local function g() string.gsub("a", ".", g) end
g()
return true
