-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'getmetatable'
return getmetatable("").__index
