-- source: https://github.com/ac-minetest/basic_robot/issues/5
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)|uses more memory than one call may take
while {} do end
