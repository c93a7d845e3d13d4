-- source: found here: tried by an attacker, and held
-- place: function
-- outcome: refused
local function make(store) return function() store[1] = (store[1] or 0) + 1 return store[1] end end
local c = make {}
--
return c() > 1
