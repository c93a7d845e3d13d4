-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
local m = math.mininteger
return m // -1 == m and m % -1 == 0 and math.fmod(m, -1) == 0 and math.abs(m) == m and -m == m and (1 << 64) == 0 and (1 << m) == 0 and m - 1 == math.maxinteger
