-- source: https://github.com/minetest-mods/mesecons/issues/255
-- place: guard
-- outcome: fault makes a text that is longer than any may be
local s = "xx"
for i = 1, 60 do s = s:gsub("x", "xx") end
return s == ""
