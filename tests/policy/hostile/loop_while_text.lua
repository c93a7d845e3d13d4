-- source: https://github.com/ac-minetest/basic_robot/issues/7
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
while "for ever" do end
