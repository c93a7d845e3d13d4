-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: fault string.format: more work on texts and tables than one call may do
local s, t = ("%99.99f"):rep(200), {}
for i = 1, 200 do t[i] = 1.7e308 end
while true do s:format(table.unpack(t)) end
