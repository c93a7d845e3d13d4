-- source: https://github.com/kikito/lua-sandbox/blob/master/spec/sandbox_spec.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
for i = 1, math.maxinteger do end
return true
