-- source: https://github.com/luau-lang/luau/issues/2970
-- place: guard
-- outcome: fault attempt to call a nil value (field 'move')
local d = {}
d[-2147483648] = 1
return table.move({ 1 }, 1, 2147483647, 1, d)
