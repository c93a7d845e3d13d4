-- source: https://github.com/minetest-mods/mesecons/issues/380
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
local s = ("a"):rep(20000)
return s:find(".-.-.-b")
