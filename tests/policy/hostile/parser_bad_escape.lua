-- source: https://github.com/lua/lua/blob/master/testes/literals.lua
-- place: file
-- outcome: refused
return "\u{80000000}"
