-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local s = ("a"):rep(100000)
while true do for _ in s:gmatch("") do end end
