-- The word workflow: states, events, limits, guards and actions (facts: words_fact.lua). Short forms become long ones here: a target
-- state alone is an event with one row, a single guard is a list of one. Whether the states and forms named exist is judged in C.
local use, host = ...
local nodes, check, scanner = use "nodes", use "check", use "scanner"
use "words_fact"
local kinds = check.kinds
local words = {}

-- ---- guards in rows ----

-- "g", "not g" or a list: [ { guard, negate } ].
function kinds.when(value, place, label)
  local texts, list = kinds.texts(value, place, label), {}
  for _, text in ipairs(texts or {}) do
    local negated = text:match("^not%s+(.*)$")
    local guard = kinds.name(negated or text, place, label)
    if not guard then return nil end
    list[#list + 1] = { guard = guard, negate = negated ~= nil }
  end
  return texts and list
end

local function row_of(v, line)
  return { go = v.go, when = v.when or {}, ["do"] = v.run or {}, line = line }
end

function kinds.row(value, place, label)
  if type(value) == "string" then value = { go = value } end
  if not check.table(value, place, label) then return nil end
  local line = check.line(value) or place.line
  return row_of(check.read(check.entry "row", value, check.at(place, line)), line)
end

-- ---- events ----

-- Of several rows the last must be open, and only the last.
local function rows_end_open(rows, place)
  if #rows < 2 then return end
  for i = 1, #rows - 1 do
    if #rows[i].when == 0 then
      check.error(check.at(place, rows[i].line), "row %d has no guard, so the rows after it can never be taken", i)
    end
  end
  if #rows[#rows].when > 0 then
    check.error(check.at(place, rows[#rows].line), "the last row must have no guard: what happens where none of the guards is true?")
  end
end

local function event_rows(v, place)
  if #v.items == 0 then return { row_of(v, v.line) } end
  if v.go or v.when or v.run then
    check.error(place, "where there are rows, go, when and run stand in them")
  end
  local rows = {}
  for _, item in ipairs(v.items) do
    local row = kinds.row(item.value, item.place, "a row")
    if row then rows[#rows + 1] = row end
  end
  rows_end_open(rows, place)
  return rows
end

local function event_of(name, value, place, always)
  local at = check.inside(place, place.line, ("event '%s'"):format(name))
  if type(value) == "string" then value = { go = value } end
  if not check.table(value, at, "an event") then return nil end
  local v = check.read(check.entry "event", value, at)
  if v.except and not always then check.error(check.at(at, check.line(value, "except")), "except belongs to the events of always") end
  if v.fields and v.form then check.error(at, "either form or fields, not both") end
  return { name = name, title = v.title, form = v.form, fields = v.fields, rows = event_rows(v, check.at(at, v.line)), above = v.above, by = v.by, internal = v.internal,
           except = always and (v.except or {}) or nil, line = place.line }
end

local function events_kind(always)
  return function(value, place, label)
    if not check.table(value, place, label) then return nil end
    local list = {}
    for name, event, at in check.members(value, place, label) do
      list[#list + 1] = event_of(name, event, at, always)
    end
    return list
  end
end
kinds.events = events_kind(false)
kinds.always_events = events_kind(true)

function kinds.open(value, place, label)
  if not check.table(value, place, label) then return nil end
  local v = check.read(check.entry "open", value, check.inside(place, place.line, "open"))
  if v.fields and v.form then check.error(check.inside(place, place.line, "open"), "either form or fields, not both") end
  return { event = v.event, form = v.form, fields = v.fields, internal = v.internal, anonymous = v.anonymous, receipt = v.receipt, ["do"] = v.run or {}, line = place.line }
end

-- ---- limits ----

-- tell = "role", { "role", text = ... }: read later, by the limit.
function kinds.tell(value, place, label)
  if type(value) == "string" then value = { value } end
  if not check.table(value, place, label) then return nil end
  local v = check.read(check.entry "tell", value, check.inside(place, place.line, "tell"))
  local names = {}
  for _, item in ipairs(v.items) do names[#names + 1] = kinds.name(item.value, item.place, "a role") end
  if #v.items == 0 then return check.error(place, "tell: nobody is named") end
  if v.template and v.text then return check.error(place, "tell: either text or template, not both") end
  return { names = names, text = v.text, template = v.template, at_once = v.at_once }
end

function kinds.limit(value, place, label)
  if not check.table(value, place, label) then return nil end
  local line = check.line(value) or place.line
  local at = check.inside(place, line, label:gsub("'", ""))
  local v = check.read(check.entry "limit", value, at)
  local first = v.items[1]
  if not first or #v.items > 1 then
    return check.error(at, 'one duration such as "4 hours", or one decision, must stand at the beginning')
  end
  local limit = kinds.text(first.value, first.place, "the duration")
  if v.tell and v.tell.text and v.text then check.error(at, "text is given twice") end
  if v.tell and v.tell.template and v.text then check.error(at, "tell: either text or template, not both") end
  return { limit = limit, go = v.go, tell = v.tell and v.tell.names or {}, text = v.text or v.tell and v.tell.text, template = v.tell and v.tell.template, escalate = v.escalate or false,
           at_once = v.at_once or v.tell and v.tell.at_once or nil, ["do"] = v.run or {}, clock = v.clock, line = line }
end

local ladders = {}

-- The rungs of a ladder, each state its own: what rings in one state leaves the others alone.
local function climb(list, name, place, label)
  if type(name) ~= "string" then return check.wrong(name, place, label .. ": ladder", "the name of one") end
  local names = {}
  for known in next, ladders do names[#names + 1] = known end
  table.sort(names)
  if not ladders[name] then return check.error(place, "%s: no ladder '%s'%s", label, name, check.guess(name, names)) end
  for _, rung in ipairs(ladders[name]) do list[#list + 1] = rung end
end

-- The table of a limit without the key ladder; the marks of the source go along.
local function without_ladder(value)
  local rest = {}
  for key, item in next, value do
    if key ~= "ladder" then rest[key] = item end
  end
  check.marks[rest] = check.marks[value]
  return rest
end

local function list_of_limits(value, place, label)
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    if type(key) == "string" then
      check.error(at, "%s: unknown key '%s' in a list of limits", label, key)
    else
      list[#list + 1] = kinds.limit(value[key], at, label)
    end
  end
  return list
end

-- One limit, or a list of them, and behind them the rungs of a ladder.
function kinds.limits(value, place, label)
  if not check.table(value, place, label) then return nil end
  local own, list = value.ladder == nil and value or without_ladder(value), {}
  local first = own[1]
  if type(first) == "table" and not nodes.of(first) then
    list = list_of_limits(own, place, label)
  elseif own == value or next(own) ~= nil then
    local one = kinds.limit(own, place, label)
    if not one then return nil end
    list = { one }
  end
  if value.ladder ~= nil then climb(list, value.ladder, check.at(place, check.line(value, "ladder")), label) end
  return list
end

-- Ladders are read before the workflows that climb them.
function words.ladder(_, declared)
  local rungs = list_of_limits(declared.body, declared.place, "ladder")
  for _, rung in ipairs(rungs) do rung.file = declared.place.file end
  if #check.order(declared.body) == 0 then check.error(declared.place, "a ladder needs at least one rung") end
  ladders[declared.name] = rungs
end

-- ---- states ----

function kinds.pause(value, place, label)
  if type(value) == "string" then return true end
  return kinds.boolean(value, place, label)
end

function kinds.states(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for name, state, at in check.members(value, place, label) do
    local inside = check.inside(at, at.line, ("state '%s'"):format(name))
    if check.table(state, inside, "a state") then
      local v = check.read(check.entry "state", state, inside)
      list[#list + 1] = { name = name, title = v.title, form = v.form, entry = v.entry or {}, exit = v.exit or {}, pause = v.pause or false, public = v.public, rests = v.rests,
                          final = v.final or false, on = v.on or {}, after = v.after or {}, line = at.line }
    end
  end
  if next(value) == nil then check.error(place, "a workflow needs at least one state") end
  return list
end

-- Where cases go whose state is no more. Which states there are, the chart knows.
function kinds.moves(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for from, to, at in check.members(value, place, label) do
    list[#list + 1] = { from = from, to = kinds.name(to, at, ("moved.%s"):format(from)), line = at.line }
  end
  return list
end

-- ---- guards and actions ----

-- Functions are kept aside; the normal form has their numbers.
words.functions = {}

function words.add_function(fn, kind, what, place)
  local list = words.functions
  list[#list + 1] = { fn = fn, kind = kind, what = what, file = place.file, line = place.line }
  return #list
end

local function functions_kind(kind)
  return function(value, place, label)
    if not check.table(value, place, label) then return nil end
    local list = {}
    for name, fn, at in check.members(value, place, label) do
      if type(fn) ~= "function" then
        check.wrong(fn, at, ("%s '%s'"):format(kind, name), "a function")
      else
        local scan, span = check.span(value, name)
        local needs = span and scanner.words_of(scan, span[1], span[2]) or {}
        list[#list + 1] = { name = name, fn = words.add_function(fn, kind, ("%s '%s'"):format(kind, name), at), needs = needs, line = at.line }
      end
    end
    return list
  end
end
kinds.guards = functions_kind("guard")
kinds.actions = functions_kind("action")

function words.workflow(normal, declared)
  local v = check.read(check.entry "workflow", declared.body, declared.place)
  normal.workflows[#normal.workflows + 1] = {
    name = declared.name, version = v.version, title = v.title, initial = v.initial, clock = v.clock,
    file = declared.place.file, line = declared.place.line, open = v.open, within = v.within, facts = v.facts or {}, public = v.public, guidance = v.guidance, discloses = v.discloses,
    states = v.states or {}, always = v.always or {}, guards = v.guards or {}, actions = v.actions or {}, invariants = v.invariants or {}, moved = v.moved or {},
    open_cases = v.open_cases ~= "follow" and v.open_cases or nil,
    apart = v.apart or {}, apart_line = check.line(declared.body, "apart"),
  }
end

return words
