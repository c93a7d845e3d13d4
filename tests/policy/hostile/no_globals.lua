-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word '_G'
return _G.load
