-- source: https://github.com/lua/lua/blob/master/testes/errors.lua
-- place: guard
-- outcome: refused
error("x", 99)
