-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local a = {}
for i = 1, 249 do a[i] = -1.7976931348623157e308 end
local f = ("%99.99f"):rep(249)
while true do f:format(table.unpack(a)) end
