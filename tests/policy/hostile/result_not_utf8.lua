-- source: https://github.com/lua/lua/blob/master/testes/utf8.lua
-- place: action
-- outcome: refused
return set { subject = "\xff\xfe" }
