-- source: found here: a flag made up for the hole in a list
-- place: action
-- outcome: refused
local t = { stop 'x', nil, stop 'y' }
t[true] = 1
return t
