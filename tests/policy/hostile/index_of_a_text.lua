-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: guard
-- outcome: refused
local s = "x"
s.__index = {}
return true
