-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: answer [true,null]
return select('#', table.unpack(f.list)) == 3 and table.concat(f.list, ',') == '3,1,2'
