-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault attempt to concatenate a function value
return "x" .. tostring .. "y"
