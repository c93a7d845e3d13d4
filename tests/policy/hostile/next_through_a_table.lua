-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local t, at = {}, nil
for i = 1, 3000 do t["k" .. i] = i end
repeat at = next(t, at) until at == nil
return true
