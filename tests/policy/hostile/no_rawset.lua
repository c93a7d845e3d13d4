-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'rawset'
return rawset(string, "rep", nil)
