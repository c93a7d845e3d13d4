-- source: https://github.com/minetest-mods/mesecons/issues/597
-- place: guard
-- outcome: fault makes a text that is longer than any may be
local s = "x"
for _ = 1, 1000 do s = s .. s end
return s == ""
