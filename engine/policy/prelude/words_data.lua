-- Words of data and rules: record, form, decision, authority.
local use = ...
local check = use "check"
local nodes = use "nodes"
use "types"
local kinds = check.kinds
local words = {}

function words.record(normal, declared)
  local v = check.read(check.entry "record", declared.body, declared.place)
  if v.fields and next(declared.body.fields) == nil then check.error(declared.place, "a record needs at least one field") end
  normal.records[#normal.records + 1] = {
    name = declared.name, title = v.title, number = v.number, owner = v.owner, unit = v.unit, person = v.person, fields = v.fields or {},
    indexes = v.indexes or {}, file = declared.place.file, line = declared.place.line,
  }
end

function words.form(normal, declared)
  local v = check.read(check.entry "form", declared.body, declared.place)
  normal.forms[#normal.forms + 1] = {
    name = declared.name, title = v.title, of = v.of, fields = v.fields or {}, required = v.required or {},
    file = declared.place.file, line = declared.place.line,
  }
end

-- ---- decision ----

local ROW_KEYS = { id = "text", title = "labels" }

-- Inputs and outputs by name, and all names that a row may have. Names must differ from each other and from id and title.
local function columns_of(v, place)
  local columns, names = {}, { "id", "title" }
  for _, kind in ipairs { "input", "output" } do
    for _, field in ipairs(v[kind] or {}) do
      local at = check.at(place, field.line)
      if ROW_KEYS[field.name] then
        check.error(at, "%s '%s': id and title belong to the row itself", kind, field.name)
      elseif columns[field.name] then
        check.error(at, "'%s' is an input and an output", field.name)
      end
      columns[field.name] = kind
      names[#names + 1] = field.name
    end
  end
  table.sort(names)
  return columns, names
end

local function decision_row(tbl, number, place, columns, names, outputs)
  local row = { id = "row " .. number, line = check.line(tbl) or place.line, when = check.map(), give = check.map() }
  local at_row = check.inside(place, row.line, ("row %d"):format(number))
  for _, key in ipairs(check.order(tbl)) do
    local at, column = check.at(at_row, check.line(tbl, key)), columns[key]
    if ROW_KEYS[key] then
      row[key] = kinds[ROW_KEYS[key]](tbl[key], at, ("'%s'"):format(key))
    elseif column == "input" then
      row.when[key] = kinds.plain(tbl[key], at, ("'%s'"):format(key))
    elseif column == "output" then
      row.give[key] = kinds.plain(tbl[key], at, ("'%s'"):format(key))
    else
      check.error(at, "unknown column '%s'%s", tostring(key), check.guess(tostring(key), names))
    end
  end
  for _, field in ipairs(outputs) do
    if tbl[field.name] == nil then check.error(at_row, "no value for the output '%s'", field.name) end
  end
  return row
end

local function decision_rows(v, place)
  local columns, names = columns_of(v, place)
  local rows, unique = {}, check.unique("row")
  for _, key in ipairs(check.order(v.rows)) do
    local at, tbl = check.at(place, check.line(v.rows, key)), v.rows[key]
    if math.type(key) ~= "integer" then
      check.error(at, "rows: unknown key '%s'; a row is { ... }", tostring(key))
    elseif check.table(tbl, at, "a row") then
      local row = decision_row(tbl, #rows + 1, at, columns, names, v.output or {})
      if row.id then unique(row.id, check.at(place, row.line)) end
      rows[#rows + 1] = row
    end
  end
  return rows
end

local function otherwise_of(v, place)
  if not v.otherwise then return nil end
  local columns, names, given = columns_of({ output = v.output }, place), {}, check.map()
  for _, field in ipairs(v.output or {}) do names[#names + 1] = field.name end
  for name, value, at in check.members(v.otherwise, check.inside(place, place.line, "otherwise"), "an output") do
    if columns[name] then
      given[name] = kinds.plain(value, at, ("'%s'"):format(name))
    else
      check.error(at, "unknown output '%s'%s", name, check.guess(name, names))
    end
  end
  for _, name in ipairs(names) do
    if v.otherwise[name] == nil then check.error(place, "otherwise: no value for the output '%s'", name) end
  end
  return given
end

function words.decision(normal, declared)
  local body, place = declared.body, declared.place
  local v = check.read(check.entry "decision", body, place)
  if v.output and #v.output == 0 then check.error(place, "a decision needs at least one output") end
  if v.aggregate and v.hit ~= "collect" then
    check.error(check.at(place, check.line(body, "aggregate")), 'aggregate needs hit = "collect"')
  end
  normal.decisions[#normal.decisions + 1] = {
    name = declared.name, title = v.title, owner = v.owner, hit = v.hit, aggregate = v.hit == "collect" and (v.aggregate or "list") or nil,
    inputs = v.input or {}, outputs = v.output or {}, rows = v.rows and v.input and v.output and decision_rows(v, place) or {},
    otherwise = v.output and otherwise_of(v, place), file = place.file, line = place.line,
  }
end

-- ---- schedule ----

function kinds.time_of_day(value, place, label)
  local text = kinds.text(value, place, label)
  local hour, minute = (text or ""):match("^(%d%d):(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  if hour and hour < 24 and minute < 60 then return hour * 60 + minute end
  if text then check.error(place, '%s: \'%s\' is no time of day such as "09:00"', label, text) end
end

-- Findings of the rule's own words stand at the line of the key.
local SCHEDULE_KEYS = { "rule", "zone", "from", "on", "start", "data", "each" }
local EACH_KEYS = { "same", "where", "send", "form", "link" }

-- each = "TYPE" and what belongs to it: as the effect of that name.
local function schedule_each(v, body, place)
  for _, name in ipairs(EACH_KEYS) do
    if v[name] ~= nil and not v.each then check.error(check.at(place, check.line(body, name)), "'%s' needs each = RECORD", name) end
    if type(v[name]) == "table" and name ~= "form" and next(v[name]) == nil then
      check.error(check.at(place, check.line(body, name)), "'%s' names nothing", name)
    end
  end
  if not v.each then return nil end
  return { type = v.each, same = check.map(v.same), where = check.map(v.where), send = v.send, form = check.map(v.form), start = v.start,
           data = check.map(v.data), link = v.link }
end

function words.schedule(normal, declared)
  local body, place = declared.body, declared.place
  local v = check.read(check.entry "schedule", body, place)
  local lines = {}
  if v.data and #v.data > 0 then
    check.error(check.at(place, check.line(body, "data")), "'data' names the fields: { field = value }")
    v.data = nil
  end
  local each = schedule_each(v, body, place)
  if v.start == nil and not each and not v.report and not v.meant.start then check.error(place, "missing key 'start', or each") end
  for _, name in ipairs(SCHEDULE_KEYS) do lines[name] = body[name] ~= nil and check.line(body, name) or place.line end
  normal.schedules[#normal.schedules + 1] = {
    name = declared.name, title = v.title, rule = v.rule, at = v.at, zone = v.zone, from = v.from, on = v.on, start = v.start, report = v.report,
    data = not each and check.map(v.data) or nil, each = each, missed = v.missed, owner = v.owner, lines = check.map(lines), file = place.file, line = place.line,
  }
end

-- ---- authority ----

kinds.authority_row = kinds.raw

local function authority_row(value, place, base)
  if not check.table(value, place, "a row") then return nil end
  local line = check.line(value) or place.line
  local at = check.at(place, line)
  local v = check.read(check.entry "authority_row", value, at)
  local first = v.items[1]
  if not first or #v.items > 1 then
    return check.error(at, "a row begins with one command or one list of commands, then from = ...")
  end
  local commands = kinds.commands(first.value, first.place, "a command")
  if v.up_to and not v.amount then v.amount = "amount" end
  if v.amount and not v.up_to then check.error(at, "amount needs up_to") end
  return { commands = commands or {}, from = v.from or {}, reach = v.reach, up_to = v.up_to, amount = v.amount,
           unless = v.unless or {}, other_than = v.other_than, ceilings = v.ceilings and check.map(v.ceilings), id = v.id or ("%s:%d"):format(base, line), file = place.file, line = line }
end

function words.authority(normal, declared)
  local place = declared.place
  local base = place.file:match("([^/]*)%.lua$") or place.file
  local unique = check.unique("id")
  for _, key in ipairs(check.order(declared.body)) do
    local at = check.at(place, check.line(declared.body, key))
    if math.type(key) ~= "integer" then
      check.error(at, "unknown key '%s'; a row is { command, from = role }", tostring(key))
    else
      local row = authority_row(declared.body[key], at, base)
      if row then
        if declared.body[key].id then unique(row.id, at) end
        normal.authority[#normal.authority + 1] = row
      end
    end
  end
end

return words
