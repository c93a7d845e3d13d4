-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault facts can't be changed
f.a = 2
return true
