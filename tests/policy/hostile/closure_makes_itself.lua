-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local function g() return function() return g()() end end
return g()()
