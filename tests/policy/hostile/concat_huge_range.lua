-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: refused
return table.concat({}, "x", 1, math.maxinteger) == ""
