-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
return ('%*d'):format(100000, 1) == ''
