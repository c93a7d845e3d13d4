-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: action
-- outcome: refused
return set { [1.5] = "x" }
