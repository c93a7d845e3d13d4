-- source: https://github.com/lua/lua/blob/master/testes/math.lua
-- place: action
-- outcome: refused
return set { amount = 1 / 0 }
