-- source: https://github.com/minetest-mods/mesecons/issues/380
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
local s = ("abcd"):rep(1000)
return s:rep(1000000) == ""
