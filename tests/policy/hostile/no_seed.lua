-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault attempt to call a nil value (field 'randomseed')
return math.randomseed(1)
