-- source: https://github.com/minetest-mods/mesecons/issues/380
-- place: guard
-- outcome: fault makes a text that is longer than any may be
local s = ("x"):rep(100)
return (s:gsub("x", s):gsub("x", s)) == ""
