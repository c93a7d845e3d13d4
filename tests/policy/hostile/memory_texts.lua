-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 1e9 do t[i] = "x" .. i end
return true
