-- source: https://github.com/ac-minetest/basic_robot/issues/5
-- place: guard
-- outcome: fault unknown word 'xpcall'
while true do xpcall(function() while true do end end, function() end) end
