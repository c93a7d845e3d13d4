-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'loadstring'
return loadstring "return 1"
