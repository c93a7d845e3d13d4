-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local function g(...) return g(select(2, ...)) end
return g(table.unpack({}, 1, 250))
