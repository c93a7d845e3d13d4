-- source: https://github.com/kikito/lua-sandbox/blob/master/README.md
-- place: guard
-- outcome: fault attempt to call a nil value (field 'random')
return math.random() < 2
