-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: refused
table.insert(f, 1)
return true
