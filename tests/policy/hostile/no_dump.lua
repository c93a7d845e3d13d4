-- source: https://github.com/wesnoth/wesnoth/issues/3413
-- place: guard
-- outcome: fault attempt to call a nil value (field 'dump')
return string.dump(f)
