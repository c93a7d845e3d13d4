-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
return select('#', ('abc'):byte(math.mininteger, math.maxinteger)) == 3 and ('abc'):sub(math.mininteger, math.maxinteger) == 'abc' and ('abc'):find('b', math.mininteger) == 2 and ('abc'):find('b', math.maxinteger) == nil and ('abc'):rep(math.mininteger) == ''
