-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
local function deep(n)
  local t = { 3, 1, 2 }
  table.sort(t, function(a, b) return deep(n + 1) end)
  return true
end
return deep(1)
