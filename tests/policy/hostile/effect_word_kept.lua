-- source: found here: tried by an attacker, and held
-- place: function
-- outcome: refused
local kept = {}
--
kept[1] = start
return true
