-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: action
-- outcome: refused
return { [1] = stop "x", [1000000] = stop "y" }
