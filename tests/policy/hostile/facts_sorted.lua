-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: refused
table.sort(f.list, function(a, b) return a > b end)
return f.list[1] == 3
