-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: refused
return ("%.99999f"):format(1) == ""
