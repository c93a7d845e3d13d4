-- source: https://github.com/minetest-mods/mesecons/issues/380
-- place: guard
-- outcome: fault string.gmatch: more work on texts and tables than one call may do
for _ in ("a"):rep(10000):gmatch(".-.-.-b") do end
return true
