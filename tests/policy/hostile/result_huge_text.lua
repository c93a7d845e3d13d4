-- source: https://github.com/minetest-mods/mesecons/issues/597
-- place: action
-- outcome: refused
local s = ("x"):rep(100000)
local t = {}
for i = 1, 30 do t["k" .. i] = s end
return set(t)
