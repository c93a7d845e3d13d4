-- source: https://github.com/MightyPirates/OpenComputers/issues/1606
-- place: guard
-- outcome: fault unknown word 'setmetatable'
setmetatable({}, { __gc = function() while true do end end })
return true
