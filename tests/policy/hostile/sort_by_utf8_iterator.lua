-- source: found here: the iterator of utf8.codes goes over stray bytes for nothing
-- place: guard
-- outcome: refused
local it = utf8.codes("a")
local s = ("\x80"):rep(100000)
local t = {}
for i = 1, 9000 do t[i] = s end
table.sort(t, it)
return true
