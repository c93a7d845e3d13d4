-- source: https://github.com/Facepunch/garrysmod-issues/issues/3526
-- place: guard
-- outcome: refused
local t = {}
for i = 1, 1e7 do t[i * 65536 * 65536] = i end
return true
