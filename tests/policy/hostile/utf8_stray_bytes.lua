-- source: https://github.com/lua/lua/blob/master/testes/utf8.lua
-- place: guard
-- outcome: fault utf8.codes: more work on texts and tables than one call may do
local s = "a" .. ("\x80"):rep(100000)
local it = utf8.codes("a")
for i = 1, 1e9 do it(s, 1) end
return true
