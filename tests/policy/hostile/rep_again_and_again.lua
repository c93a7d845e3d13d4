-- source: https://github.com/minetest-mods/mesecons/issues/255
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
for i = 1, 1e6 do string.rep("abcd", 30000) end
return true
