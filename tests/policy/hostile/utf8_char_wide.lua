-- source: https://github.com/lua/lua/blob/master/testes/utf8.lua
-- place: guard
-- outcome: refused
local function g(n, ...) if n == 0 then return utf8.char(...) end return g(n - 1, 65, ...) end
return g(1e6) == ""
