-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
table.insert(f.list, 1, 9)
return true
