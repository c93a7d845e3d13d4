-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: action
-- outcome: refused
local big = {}
for i = 1, 200 do big[i] = "x" end
local all = {}
for i = 1, 200 do all[i] = big end
return { effect = "set", data = { tags = all } }
