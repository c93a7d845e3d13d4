-- source: https://github.com/lua/lua/blob/master/testes/nextvar.lua
-- place: guard
-- outcome: fault table.remove: more work on texts and tables than one call may do
local t = {}
for i = 1, 20000 do t[i] = i end
while true do
  table.remove(t, 1)
  t[#t + 1] = 1
end
