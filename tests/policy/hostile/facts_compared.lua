-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
while f.list == f.list do end
return true
