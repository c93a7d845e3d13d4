-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'rawequal'
return rawequal(f, f)
