-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault this table belongs to the file and can't be changed
string.format = function() return "granted" end
return true
