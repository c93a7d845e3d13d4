-- Words of what is read: views (lists that people open all day) and reports (what is counted of a period).
local use = ...
local nodes, check = use "nodes", use "check"
local kinds = check.kinds
local words = {}

-- The lines of a body's keys, for findings that the engine makes.
local function lines_of(body, place)
  local lines = check.map()
  for key in next, body do
    if type(key) == "string" then lines[key] = check.line(body, key) or place.line end
  end
  return lines
end

-- where = { FIELD = VALUE, ... }: a list in the order of the source. What the values mean, the engine knows.
function kinds.conditions(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list, bad = {}, false
  for name, asked, at in check.members(value, place, label) do
    local plain = kinds.plain(asked, at, ("where: '%s'"):format(name))
    if plain == nil then bad = true end
    list[#list + 1] = { name = name, value = plain, line = at.line }
  end
  if #list == 0 then return check.error(place, "%s asks for nothing", label) end
  return not bad and list or nil
end

function words.view(normal, declared)
  local body, place = declared.body, declared.place
  local v = check.read(check.entry "view", body, place)
  if v.bad then return end
  normal.views[#normal.views + 1] = {
    name = declared.name, title = v.title, of = v.of, params = v.params or {}, where = v.where or {}, order = v.order,
    columns = v.columns or {}, limit = v.limit, scan = v.scan, lines = lines_of(body, place), file = place.file, line = place.line,
  }
end

-- ---- report ----

local MEASURES = { "count", "share", "sum", "average" }

-- NAME = count, or { count | share | sum = "FIELD" | average = "FIELD", where = ..., title = ... }.
local function measure(name, value, place)
  local node = nodes.of(value)
  if value == "count" or (node and node.word == "count" and not node.called) then
    return { name = name, kind = "count", line = place.line }
  end
  if not check.table(value, place, ("measure '%s'"):format(name)) then return nil end
  local inside = check.inside(place, place.line, ("measure '%s'"):format(name))
  local v = check.read(check.entry "measure", value, inside)
  local kind
  for _, one in ipairs(MEASURES) do
    if v[one] ~= nil then
      if kind then check.error(inside, "it is %s or %s, not both", kind, one) end
      kind = one
    end
  end
  if v.bad then return nil end
  if not kind then return check.error(inside, "say what it is: count = true, share = true, sum = FIELD or average = FIELD") end
  if kind == "share" and not v.where then return check.error(inside, "a share needs where = { ... }: of what is counted, those that have it") end
  return { name = name, kind = kind, field = type(v[kind]) == "string" and v[kind] or nil, where = v.where or {},
           title = check.title(v), line = place.line }
end

function kinds.measures(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for name, asked, at in check.members(value, place, label) do
    local one = measure(name, asked, check.at(place, at.line))
    if one then list[#list + 1] = one end
  end
  if next(value) == nil then check.error(place, "%s measures nothing", label) end
  if #list == 0 then return nil end
  return list
end

function kinds.sections(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    if math.type(key) ~= "integer" then
      check.error(at, "%s: unknown key '%s'; a section is { by = ..., measures = ... }", label, tostring(key))
    elseif check.table(value[key], at, "a section") then
      local tbl = value[key]
      local inside = check.inside(place, check.line(tbl) or at.line, ("section %d"):format(#list + 1))
      local v = check.read(check.entry "section", tbl, inside)
      if not v.bad then
        list[#list + 1] = { title = v.title, of = v.of, at = v.at, by = v.by or {}, where = v.where or {}, measures = v.measures,
                            top = v.top, against = v.against, order = v.order, lines = lines_of(tbl, inside), line = inside.line }
      end
    end
  end
  if next(value) == nil then check.error(place, "%s: a report needs at least one section", label) end
  if #list == 0 then return nil end
  return list
end

function words.report(normal, declared)
  local body, place = declared.body, declared.place
  local v = check.read(check.entry "report", body, place)
  if v.bad then return end
  normal.reports[#normal.reports + 1] = {
    name = declared.name, title = v.title, owner = v.owner, of = v.of, at = v.at, period = v.period, where = v.where or {},
    sections = v.sections or {}, lines = lines_of(body, place), file = place.file, line = place.line,
  }
end

return words
