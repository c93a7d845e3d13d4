-- source: https://github.com/lua/lua/blob/master/testes/math.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
local nan = 0 / 0
while nan ~= nan do end
return true
