-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'debug'
return debug.setupvalue(f, 1, nil)
