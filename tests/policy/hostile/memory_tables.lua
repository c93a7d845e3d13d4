-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: guard
-- outcome: fault uses more memory than one call may take
local t = {}
for i = 1, 1e9 do t[i] = {} end
return true
