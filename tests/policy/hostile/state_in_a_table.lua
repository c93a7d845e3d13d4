-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: function
-- outcome: fault this table belongs to the file and can't be changed
local seen = {}
--
seen[1] = (seen[1] or 0) + 1
return seen[1] > 3
