-- source: found here: tried by an attacker, and held
-- place: function
-- outcome: finding a function changes 'n'|outlives the call
local function counter() local n = 0 return function() n = n + 1 return n end end
local c = { deep = { counter() } }
--
return c.deep[1]() > 1
