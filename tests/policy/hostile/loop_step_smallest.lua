-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
local n = 0
for i = math.maxinteger, math.mininteger, math.mininteger do n = n + 1 end
return n == 2
