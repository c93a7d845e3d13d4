-- source: found here: the length of a table taken off the budget made it endless
-- place: guard
-- outcome: refused
local t = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }
t[17] = 1
for i = 4, 61 do t[1 << i] = 1 end
t[1 << 62], t[math.maxinteger] = 1, 1
local s = ("a"):rep(100000)
for i = 1, 39 do s:lower() end
s:gsub("^.*", t)
for i = 1, 1000 do s:match(".-.-.-.-b") end
return true
