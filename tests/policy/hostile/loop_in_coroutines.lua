-- source: https://github.com/dan200/ComputerCraft/pull/431
-- place: guard
-- outcome: fault unknown word 'coroutine'
while true do coroutine.wrap(function() while true do end end)() end
