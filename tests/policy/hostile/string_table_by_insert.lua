-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: guard
-- outcome: refused
table.insert(string, 1)
return true
