-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
return ('ab'):gsub('()', f) == ''
