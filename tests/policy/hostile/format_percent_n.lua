-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
error('%n%s%s%s%1000000d')
