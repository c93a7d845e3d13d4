-- source: https://github.com/lua/lua/blob/master/testes/errors.lua
-- place: action
-- outcome: refused
local t = {}
local top = t
for i = 1, 10000 do
  t[1] = {}
  t = t[1]
end
return { effect = "set", data = top }
