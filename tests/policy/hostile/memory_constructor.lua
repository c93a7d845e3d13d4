-- source: https://github.com/lua/lua/blob/master/testes/memerr.lua
-- place: guard
-- outcome: refused
local function g(n) return n == 0 and {} or { g(n - 1), g(n - 1) } end
return g(60) == nil
