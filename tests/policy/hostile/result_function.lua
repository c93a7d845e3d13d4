-- source: https://github.com/minetest-mods/mesecons/issues/107
-- place: action
-- outcome: refused
return { effect = "set", data = { subject = string.sub } }
