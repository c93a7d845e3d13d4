-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local function g(...) return g(1, ...) end
return g()
