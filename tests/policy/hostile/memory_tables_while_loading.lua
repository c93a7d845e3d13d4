-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: file
-- outcome: finding makes a table that is larger than any may be
local t = {}
for i = 1, 1e9 do t[i] = true end
return {}
