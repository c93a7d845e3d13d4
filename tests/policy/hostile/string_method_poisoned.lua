-- source: https://github.com/minetest-mods/mesecons/pull/393
-- place: guard
-- outcome: refused
("").rep = 1
return true
