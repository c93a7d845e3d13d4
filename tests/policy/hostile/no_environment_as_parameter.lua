-- source: http://lua-users.org/wiki/SandBoxes
-- place: file
-- outcome: finding unknown word '_ENV'
return { (function(_ENV) return load end)(1) }
