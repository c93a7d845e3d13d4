-- source: https://github.com/MightyPirates/OpenComputers/pull/1632
-- place: guard
-- outcome: fault unknown word 'setmetatable'
local mt = { __gc = true }
local t = setmetatable({}, mt)
mt.__gc = function() while true do end end
return true
