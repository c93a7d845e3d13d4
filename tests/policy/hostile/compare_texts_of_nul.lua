-- source: found here: the library compares piece by piece, and each NUL ends a piece
-- place: guard
-- outcome: fault takes longer than it may
local s = ("\0"):rep(120000)
local t = s .. "x"
while s < t do end
return true
