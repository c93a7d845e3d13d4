-- Purity: a function may use the file's locals but must not carry anything in them from one call into the next.
-- Tables among them become read-only; all of them are listed as cells, which C compares after each call.
local use, host = ...
local nodes = use "nodes"
local purity = {}

-- Makes a value read-only, deep. `frozen` remembers what was done, so that shared and circular tables stay one.
local freeze, visit

function freeze(value, seen)
  if type(value) == "function" then
    if host.keeps_state(value) then
      seen.complain(seen.entry, ("%s uses an iterator that outlives the call: functions must be pure"):format(seen.entry.what))
    end
    visit(value, seen)
  end
  if type(value) ~= "table" or nodes.of(value) or getmetatable(value) ~= nil then return value end
  if seen.frozen[value] then return seen.frozen[value] end
  local proxy = host.freeze(value)
  seen.frozen[value] = proxy
  seen.frozen[proxy] = proxy
  for key, member in next, value do
    if type(member) == "table" or type(member) == "function" then value[key] = freeze(member, seen) end
  end
  return proxy
end

-- Goes through the outer locals of a function: freezes them, and adds them to the cells of whoever is being visited.
function visit(fn, seen)
  if seen.visited[fn] then return end
  seen.visited[fn] = true
  for n = 1, 255 do
    local name, value, identity = host.upvalue(fn, n)
    if not name then return end
    if name ~= "_ENV" and not seen.cells[identity] then
      seen.cells[identity] = true
      local kept = freeze(value, seen)
      if not rawequal(kept, value) then host.set_upvalue(fn, n, kept) end
      local list = seen.list -- values may be nil: the length is kept beside
      list[list.length + 1], list[list.length + 2], list[list.length + 3] = fn, n, kept
      list.length = list.length + 3
    end
  end
end

-- The cells of each function ({ fn, what, file, line }): a flat list { owner, number, value, ..., length = 3 * cells }. Tables are
-- frozen once for all. What is not pure is told to complain(entry, text).
function purity.cells(functions, complain)
  local frozen, cells = {}, {}
  for i, entry in ipairs(functions) do
    local seen = { frozen = frozen, visited = {}, cells = {}, complain = complain, entry = entry, list = { length = 0 } }
    visit(entry.fn, seen)
    cells[i] = seen.list
  end
  return cells
end

return purity
