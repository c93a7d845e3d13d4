-- source: https://github.com/minetest-mods/mesecons/issues/380
-- place: guard
-- outcome: fault attempt to call a nil value (field 'dump')
return ("").dump(tostring)
