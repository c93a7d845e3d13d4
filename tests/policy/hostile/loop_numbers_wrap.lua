-- source: https://github.com/lua/lua/blob/master/testes/math.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
for i = math.mininteger, math.maxinteger do end
return true
