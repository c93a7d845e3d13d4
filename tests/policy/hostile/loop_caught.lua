-- source: https://github.com/kikito/lua-sandbox/pull/12
-- place: guard
-- outcome: fault unknown word 'pcall'
while true do pcall(function() while true do end end) end
