-- source: https://github.com/minetest-mods/mesecons/issues/240
-- place: action
-- outcome: refused
return { effect = "set", data = { 1, 2, subject = "x" } }
