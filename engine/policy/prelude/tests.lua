-- The word test: what is given, steps, expectations; and cases, each of which becomes a test of its own.
-- Words of tests are record types ("complaint"), verbs ("act", "update", "open", "decide", "see", "ask") and expectations ("allowed").
local use, host = ...
local nodes, check = use "nodes", use "check"
local kinds = check.kinds
local tests = {}

local types = {} -- names of records, set before tests are read
local VERBS = { "act", "ask", "decide", "open", "see", "update" }

-- ---- words with fields behind them ----

-- TYPE "REF" { by = ..., fields }, act "EVENT" { ... }, ...: name and body of a called word.
local function called(node, place, body_optional)
  local name, body = node.args[1], node.args[2]
  if node.count == 1 and type(name) == "table" and not nodes.of(name) then name, body = nil, name end
  if name ~= nil and type(name) ~= "string" then return check.error(place, "%s needs a name behind it", node.word) end
  if body == nil and not body_optional then return check.error(place, "%s needs { ... } behind it", node.word) end
  if body ~= nil and not check.table(body, place, ("what stands behind '%s'"):format(node.word)) then return nil end
  if node.count > 2 then return check.error(place, "too many things behind '%s'", node.word) end
  return name or false, body or {}
end

local function data_of(v)
  local data = check.map()
  for _, item in ipairs(v.rest) do
    data[item.key] = kinds.plain(item.value, item.place, ("'%s'"):format(item.key))
  end
  return data
end

-- A record that is opened: { type, ref, by, data, line }.
local function opened(value, place)
  local node = nodes.of(value)
  if not node then return check.error(place, 'a record is TYPE "ref" { ... }, not %s', check.describe(value)) end
  if not types[node.word] then return check.unknown_word(node, types.names) end
  local at = check.inside(place, node.line, node.word)
  local name, body = called(node, at, true)
  if name == nil then return nil end
  local v = check.read(check.entry "open_case", body, at)
  return { type = node.word, ref = name or nil, by = v.by, data = data_of(v), line = node.line }
end

function kinds.given(value, place, label)
  if nodes.of(value) then value = { value } end
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    list[#list + 1] = opened(value[key], check.inside(place, check.line(value, key) or place.line, "given"))
  end
  return list
end

-- ---- expectations ----

local SIMPLE = { allowed = "allowed", escalated = "escalated", limits_in_order = "limits_in_order", not_escalated = "not_escalated", paused = "paused",
                 watched = "watched", way_out = "way_out" }
local NAMED = { can_come = "can_come", refused = "error", needs = "needs", in_state = "state", reachable = "reachable", told = "told" }
local EXPECTATIONS = { "allowed", "can_come", "escalated", "in_state", "limits_in_order", "needs", "not_escalated", "paused", "reachable", "refused", "told", "watched", "way_out" }

local function expect_word(node, place, list)
  local at = check.at(place, node.line)
  if SIMPLE[node.word] then
    list[#list + 1] = { what = SIMPLE[node.word], line = node.line }
  elseif NAMED[node.word] then
    local name = node.args[1]
    if name == nil and node.word == "refused" then
      list[#list + 1] = { what = "error", line = node.line }
    else
      local value = kinds.name(name, at, node.word)
      if value then list[#list + 1] = { what = NAMED[node.word], value = value, line = node.line } end
    end
  else
    check.unknown_word(node, EXPECTATIONS)
  end
end

local KEY_ORDER = { "state", "error", "needs", "escalation", "data", "rule", "deadline", "balance" }

local function expect_table(tbl, place, list, deciding)
  local v = check.read(deciding and tests.decide_entry or check.entry "expect", tbl, place)
  for _, item in ipairs(v.items) do
    local node = nodes.of(item.value)
    if node then expect_word(node, item.place, list) else check.error(item.place, "an expectation is a word such as allowed, not %s", check.describe(item.value)) end
  end
  for _, key in ipairs(KEY_ORDER) do
    if v[key] ~= nil then list[#list + 1] = { what = key, value = v[key], line = check.line(tbl, key) or place.line } end
  end
  for _, who in ipairs(v.told or {}) do list[#list + 1] = { what = "told", value = who, line = check.line(tbl, "told") or place.line } end
  if #v.rest > 0 then list[#list + 1] = { what = "output", value = data_of(v), line = place.line } end
end

-- A decision's answer is expected by the names of its outputs, a method's by its members (a list by how many it has, or by its names); `rule` and `error` are the only other keys.
tests.decide_entry = { word = "expect", items = "raw", rest = "plain", names = { "error", "rule" }, keys = {},
                       by_key = { rule = { name = "rule", kind = "text" }, error = { name = "error", kind = "name" } } }

local function expectations(value, place, deciding)
  local list, at = {}, check.inside(place, place.line, "expect")
  if value == nil then return list end
  local node = nodes.of(value)
  if node then
    expect_word(node, at, list)
  elseif check.table(value, at, "what is expected") then
    expect_table(value, at, list, deciding)
  end
  return list
end

-- ---- steps ----

local verbs = {}

function verbs.act(node, place, step)
  local name, body = called(node, place, true)
  if not name then return name == false and check.error(place, 'act needs the name of an event: act "verify" { ... }') end
  local v = check.read(check.entry "act", body, place)
  step.kind, step.event, step.on, step.by, step.data = "act", kinds.name(name, place, "act"), v.on, v.by, data_of(v)
end

function verbs.update(node, place, step)
  local name, body = called(node, place)
  if not name then return name == false and check.error(place, 'update needs the name of a record: update "li" { ... }') end
  local v = check.read(check.entry "update", body, place)
  step.kind, step.on, step.by, step.data = "update", name, v.by, data_of(v)
end

function verbs.decide(node, place, step)
  local name, body = called(node, place, true)
  if not name then return name == false and check.error(place, 'decide needs the name of a decision: decide "remedy.limit" { ... }') end
  local v = check.read(check.entry "decide_step", body, place)
  step.kind, step.name, step.data = "decide", kinds.dotted(name, place, "decide"), data_of(v)
end

-- see "li" { by = "ben" }: reads a record; without a name, the one that the last step was about.
function verbs.see(node, place, step)
  local name, body = called(node, place, true)
  if name == nil then return end
  local v = check.read(check.entry "see", body, place)
  step.kind, step.on, step.by = "see", name or nil, v.by
end

-- ask "report.run" { by = "zhao", report = "complaint_analysis" }: any method, as somebody who has logged in.
function verbs.ask(node, place, step)
  local name, body = called(node, place, true)
  if not name then return name == false and check.error(place, 'ask needs the name of a method: ask "job.list" { ... }') end
  local v = check.read(check.entry "ask", body, place)
  step.kind, step.name, step.by, step.data = "ask", kinds.dotted(name, place, "ask"), v.by, data_of(v)
end

-- open(complaint "d" { ... }); the record alone means the same.
function verbs.open(node, place, step)
  local record = opened(node.args[1], place)
  if not record then return end
  step.kind, step.type, step.ref, step.by, step.data = "open", record.type, record.ref, record.by, record.data
end

-- update = customer "li" { ... }: the record's type and name, and the fields.
local function update_key(value, place, step)
  local record = opened(value, place)
  if not record then return end
  if not record.ref then return check.error(place, 'update needs the name of a record: update = %s "name" { ... }', record.type) end
  step.kind, step.type, step.on, step.by, step.data = "update", record.type, record.ref, record.by, record.data
end

local function take_verb(value, place, step)
  local node = nodes.of(value)
  if not node then return check.error(place, 'a step is act "event" { ... } or another verb, not %s', check.describe(value)) end
  local at = check.at(place, node.line)
  if verbs[node.word] then
    verbs[node.word](node, check.inside(at, node.line, node.word), step)
  elseif types[node.word] then
    verbs.open({ args = { value } }, at, step)
  else
    local known = table.move(VERBS, 1, #VERBS, #types.names + 1, table.move(types.names, 1, #types.names, 1, {}))
    check.unknown_word(node, known)
  end
end

local function step_of(value, place)
  local step = { kind = "check", line = place.line, expect = {} }
  if nodes.of(value) then
    take_verb(value, place, step)
    return step
  end
  if not check.table(value, place, "a step") then return nil end
  local v = check.read(check.entry "step", value, place)
  step.at, step.after = v.at, v.after
  if v.at and v.after then check.error(place, "at and after in one step") end
  if #v.items + (v.open and 1 or 0) + (v.update and 1 or 0) > 1 then check.error(place, "one step does one thing") end
  if v.items[1] then take_verb(v.items[1].value, v.items[1].place, step) end
  if v.open then verbs.open({ args = { v.open } }, check.inside(place, check.line(value, "open") or place.line, "open"), step) end
  if v.update then update_key(v.update, check.inside(place, check.line(value, "update") or place.line, "update"), step) end
  if v.on and step.kind ~= "check" then check.error(place, "on stands in the verb here") end
  step.on = step.on or v.on
  step.expect = expectations(v.expect, check.at(place, check.line(value, "expect")), step.kind == "decide" or step.kind == "ask")
  return step
end

function kinds.steps(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.inside(place, check.line(value, key) or place.line, "step " .. tostring(key))
    list[#list + 1] = step_of(value[key], at)
  end
  return list
end

-- ---- cases ----

local CASE_KEYS = { expect = true, title = true }

-- The verb with the case's fields merged into its own.
local function merged(node, case)
  local args, body = { node.args[1] }, {}
  local own = node.args[2]
  if node.count == 1 and type(node.args[1]) == "table" then args, own = {}, node.args[1] end
  if type(own) == "table" then
    for key, value in next, own do body[key] = value end
  end
  for key, value in next, case do
    if not CASE_KEYS[key] then body[key] = value end
  end
  args[#args + 1] = body
  return nodes.make(node, args)
end

-- "amount = 100.01": what tells this case from the others.
local function case_title(case, number)
  if type(case.title) == "string" then return case.title end
  local parts = {}
  for _, key in ipairs(check.order(case)) do
    local value = case[key]
    if not CASE_KEYS[key] and type(key) == "string" and type(value) ~= "table" and type(value) ~= "function" then
      parts[#parts + 1] = ("%s = %s"):format(key, tostring(value))
    end
  end
  return #parts > 0 and table.concat(parts, ", ") or ("case %d"):format(number)
end

local function case_step(case, node, place)
  local step = { kind = "check", line = place.line, expect = {} }
  take_verb(merged(node, case), place, step)
  step.expect = expectations(case.expect, check.at(place, check.line(case, "expect")), step.kind == "decide" or step.kind == "ask")
  return step
end

local function add_cases(normal, v, body, place)
  local node = nodes.of(body.when)
  if not node then return check.error(place, 'cases need when = act "event" { ... } or another verb') end
  if not check.table(body.cases, place, "'cases'") then return end
  for number, key in ipairs(check.order(body.cases)) do
    local case, at = body.cases[key], check.inside(place, check.line(body.cases, key) or place.line, ("case %d"):format(number))
    if check.table(case, at, "a case") then
      -- what is given and done before is made afresh for each: the tables are the case's own
      local steps = body.before and kinds.steps(body.before, check.at(place, check.line(body, "before")), "'before'") or {}
      steps[#steps + 1] = case_step(case, node, at)
      normal.tests[#normal.tests + 1] = {
        title = ("%s (%s)"):format(place.title, case_title(case, number)), file = place.file, line = at.line, at = v.at,
        given = v.given or {}, steps = steps,
      }
    end
  end
end

function kinds.cases(value) return value end

-- Reads all tests; `names` are the types that can be opened.
function tests.read(normal, list, names)
  types = { names = names }
  for _, name in ipairs(names) do types[name] = true end
  for _, declared in ipairs(list) do
    local body, place = declared.body, declared.place
    local v = check.read(check.entry "test", body, place)
    place.title = declared.name
    if body.cases then
      if body.steps then check.error(place, "a test has steps or cases, not both") end
      add_cases(normal, v, body, place)
    else
      for _, key in ipairs { "when", "before" } do
        if body[key] then check.error(place, "%s needs cases", key) end
      end
      if not body.steps then check.error(place, "a test needs steps or cases") end
      normal.tests[#normal.tests + 1] = { title = declared.name, file = place.file, line = place.line, at = v.at, given = v.given or {}, steps = v.steps or {} }
    end
  end
end

return tests
