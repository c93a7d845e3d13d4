-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: guard
-- outcome: fault unknown word 'print'
return print(1)
