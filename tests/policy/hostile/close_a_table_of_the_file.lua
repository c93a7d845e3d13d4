-- source: found here: tried by an attacker, and held
-- place: function
-- outcome: refused
local t = { 1 }
--
local x <close> = t
return true
