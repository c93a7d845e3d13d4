-- The words behind `facts = { name = ... }` of a workflow. A new kind of fact is one function here: it gets the node and its place and gives
-- its part of the normal form, { kind = "...", ... }; C builds it by that kind (domain/chart_fact.c).
local use = ...
local nodes, check = use "nodes", use "check"
local kinds = check.kinds
local facts = {}

-- ---- what is counted ----

local function same_item(key, value, place, label)
  if type(key) == "string" then
    local name = kinds.name(key, place, label)
    local path = kinds.dotted(value, place, ("'%s'"):format(key))
    return name and path and { name = name, path = path }
  end
  local name = kinds.name(value, place, label)
  return name and { name = name, path = name }
end

-- "field", { "field", ... }, { field = "path", ... } or both mixed: [ { name, path } ].
function kinds.same(value, place, label)
  if type(value) == "string" then value = { value } end
  if not check.table(value, place, label) then return nil end
  local list, unique = {}, check.unique(label .. ": the field")
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    local item = same_item(key, value[key], at, label)
    if not item or not unique(item.name, at) then return nil end
    list[#list + 1] = item
  end
  return list
end

local function constant(value, place, label)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  check.wrong(value, place, label, "a value")
end

-- { field = value or { values }, state = ... }: [ { name, values } ].
function kinds.where(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for name, given, at in check.members(value, place, label) do
    local what, values = ("'%s'"):format(name), {}
    if type(given) ~= "table" or nodes.of(given) then given = { given } end
    for _, key in ipairs(check.order(given)) do
      local one = constant(given[key], check.at(at, check.line(given, key)), what)
      if one == nil then return nil end
      values[#values + 1] = one
    end
    if #values == 0 then return check.error(at, "%s: %s has no value", label, what) end
    list[#list + 1] = { name = name, values = values }
  end
  return list
end

-- { input = value }: constants by name.
function kinds.constants(value, place, label)
  if not check.table(value, place, label) then return nil end
  local map = {}
  for name, one, at in check.members(value, place, label) do
    map[name] = constant(one, at, ("'%s'"):format(name))
    if map[name] == nil then return nil end
  end
  return map
end

-- ---- the kinds ----

-- The arguments of a fact's word: a name, and a table where the word has keys.
local function fact_arguments(node, place, named)
  local name = kinds[named](node.args[1], place, node.word)
  local body = node.args[2]
  if node.count > 2 then return check.error(place, "too many things behind '%s'", node.word) end
  if body ~= nil and not check.table(body, place, ("what stands behind '%s'"):format(node.word)) then return nil end
  return name, check.read(check.entry(node.word), body or {}, place)
end

function facts.decide(node, place)
  local name, v = fact_arguments(node, place, "dotted")
  return name and v and { kind = "decide", decision = name, of = v.of, with = check.map(v.with), given = v.given and check.map(v.given),
                        output = v.output }
end

local function counted(kind, node, place)
  local name, v = fact_arguments(node, place, "name")
  if not name or not v then return nil end
  if not v.bad and #(v.same or {}) + #(v.where or {}) == 0 then check.error(place, "which records? same or where must say it") end
  if v.in_last and v.in_this then check.error(place, "in_last and in_this exclude each other") end
  return { kind = kind, type = name, same = v.same or {}, where = v.where or {}, in_last = v.in_last, in_this = v.in_this,
           at_most = v.at_most, field = v.field }
end

function facts.count(node, place) return counted("count", node, place) end
function facts.sum(node, place) return counted("sum", node, place) end

function facts.field(node, place)
  local path, v = fact_arguments(node, place, "dotted")
  return path and v and { kind = "field", path = path }
end

function facts.balance(node, place)
  local name, v = fact_arguments(node, place, "name")
  return name and v and not v.bad and { kind = "balance", type = name, of = v.of }
end

function facts.draw(node, place)
  local name, v = fact_arguments(node, place, "dotted")
  return name and v and { kind = "draw", label = name }
end

-- pick { role = "ROLE" or a path, unit = path, group = path, least = "RECORD" }
function facts.pick(node, place)
  local given = node.args[1]
  if node.count ~= 1 or not check.table(given, place, "what stands behind 'pick'") then
    return node.count ~= 1 and check.error(place, "pick needs { ... } behind it") or nil
  end
  local v = check.read(check.entry "pick", given, place)
  if not v.bad and not (v.role or v.unit or v.group) then check.error(place, "of whom? role, unit or group must say it") end
  return not v.bad and { kind = "pick", role = v.role, unit = v.unit, group = v.group, least = v.least } or nil
end

-- in_hours "CALENDAR" or in_hours { calendar = "PATH" }
function facts.in_hours(node, place)
  local given = node.args[1]
  if node.count > 1 then return check.error(place, "too many things behind '%s'", node.word) end
  if type(given) == "table" and not nodes.of(given) then
    local v = check.read(check.entry "in_hours", given, place)
    if not v.bad and not v.calendar then check.error(place, "missing key 'calendar'") end
    return v.calendar and { kind = "in_hours", path = v.calendar, at = v.at }
  end
  local name = kinds.name(given, place, node.word)
  return name and { kind = "in_hours", calendar = name }
end

-- ---- the list of them ----

function kinds.facts(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list, words = {}, {}
  for word in next, facts do words[#words + 1] = word end
  table.sort(words)
  for name, fact, at in check.members(value, place, label) do
    local inside, node = check.inside(at, at.line, ("fact '%s'"):format(name)), nodes.of(fact)
    if not node then
      check.error(inside, "a fact is a word such as count or decide, not %s", check.describe(fact))
    elseif not facts[node.word] then
      check.unknown_word(node, words)
    else
      local made = facts[node.word](node, inside)
      if made then
        made.name, made.line = name, at.line
        list[#list + 1] = made
      end
    end
  end
  return list
end

return facts
