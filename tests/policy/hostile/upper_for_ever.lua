-- source: https://github.com/minetest-mods/mesecons/issues/255
-- place: guard
-- outcome: fault string.upper: more work on texts and tables than one call may do
local s = ("x"):rep(100000)
for i = 1, 1e9 do s:upper() end
return true
