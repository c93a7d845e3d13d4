-- source: https://github.com/lua/lua/blob/master/testes/closure.lua
-- place: function
-- outcome: finding uses an iterator that outlives the call
local it = ("a b c"):gmatch("%a")
--
return it() == "a"
