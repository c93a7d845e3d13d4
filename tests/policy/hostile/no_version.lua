-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word '_VERSION'
return _VERSION
