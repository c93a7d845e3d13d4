-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: refused
return f.__metatable == nil
