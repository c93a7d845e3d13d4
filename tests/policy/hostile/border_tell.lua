-- source: found here: a length that no memory bounds
-- place: action
-- outcome: refused
local t = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }
t[17] = 1
for i = 4, 61 do t[1 << i] = 1 end
for i = 1, #t do if i > 5 then break end t[i] = 'a' end return tell(t)
