-- source: https://github.com/ac-minetest/basic_robot/issues/5
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
local a = "function("
while true do end
local b = ")"
return a == b
