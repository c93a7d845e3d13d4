-- source: https://github.com/lua/lua/blob/master/testes/nextvar.lua
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 65536 do t["k" .. i] = 1 end
for i = 1, 1e9 do
  t["k" .. i] = nil
  t["n" .. i] = 1
end
return true
