-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: function
-- outcome: finding functions must be pure
local n = 0
--
n = n + 1
return n > 3
