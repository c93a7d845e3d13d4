-- source: https://github.com/lua/lua/blob/master/testes/math.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
for x = 1.0, math.maxinteger + 0.0 do end
return true
