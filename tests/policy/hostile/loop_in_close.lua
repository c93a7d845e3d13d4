-- source: https://github.com/lua/lua/blob/master/testes/locals.lua
-- place: guard
-- outcome: refused
local x <close> = { __close = function() while true do end end }
return true
