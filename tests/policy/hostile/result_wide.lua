-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: action
-- outcome: refused
local t = {}
for i = 1, 20000 do t[i] = stop "x" end
return t
