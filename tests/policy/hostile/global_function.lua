-- source: https://github.com/fppt/jedis-mock/issues/777
-- place: file
-- outcome: finding assignment to global 'pairs'
function pairs() end
return {}
