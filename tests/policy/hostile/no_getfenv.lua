-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: guard
-- outcome: fault unknown word 'getfenv'
return getfenv(0)
