-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
return false, ('%.1s'):format('\xc3\xa9')
