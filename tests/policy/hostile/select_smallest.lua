-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
return select(math.mininteger, 1, 2) == nil
