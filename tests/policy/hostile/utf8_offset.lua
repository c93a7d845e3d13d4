-- source: https://github.com/lua/lua/blob/master/testes/utf8.lua
-- place: guard
-- outcome: fault utf8.offset: more work on texts and tables than one call may do
local s = ("x"):rep(100000)
for i = 1, 1e9 do utf8.offset(s, 99999) end
return true
