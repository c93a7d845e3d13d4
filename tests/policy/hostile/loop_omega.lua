-- source: https://github.com/ac-minetest/basic_robot/issues/10
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
while (function(g) return g(g) end)(function(g) return g(g) end) do end
