-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local s, t = ("x"):rep(120000), {}
while true do t[s .. #t] = true t[#t + 1] = 1 end
