-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: action
-- outcome: refused
return set { subject = "a\0b" }
