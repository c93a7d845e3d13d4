-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: function
-- outcome: fault this table belongs to the file and can't be changed
local seen = { deep = {} }
--
seen.deep.x = true
return true
