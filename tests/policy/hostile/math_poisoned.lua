-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: guard
-- outcome: fault this table belongs to the file and can't be changed
math.huge = 0
return true
