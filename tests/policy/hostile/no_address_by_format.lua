-- source: https://github.com/wesnoth/wesnoth/issues/3413
-- place: guard
-- outcome: fault string.format: '%p' would show an address
return ("%p"):format(f)
