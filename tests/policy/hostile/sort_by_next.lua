-- source: found here: the next key of an emptied table is looked for in all its places
-- place: guard
-- outcome: refused
local e = {}
for i = 1, 130000 do e[i] = 1 end
for i = 1, 130000 do e[i] = nil end
local t = {}
for i = 1, 2000 do t[i] = e end
table.sort(t, function(a, b) return next(a) == nil and pairs(b) == nil end)
while next(e) == nil do end
return true
