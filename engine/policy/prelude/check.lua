-- Checking: places, findings, and reading a table by its schema entry. Every word's own file adds its kinds to `check.kinds`; a kind
-- turns what the file wrote into its part of the normal form, or reports why it can't and gives nil.
local use, host = ...
local nodes, schema = use "nodes", use "schema"

local check = { kinds = {}, findings = {}, marks = setmetatable({}, { __mode = "k" }) }
local kinds = check.kinds

-- A map of the normal form, as such even where it is empty.
function check.map(pairs_) return host.map(pairs_ or {}) end

-- ---- places and findings ----

-- A place is { file, line, what }: `what` ("record 'complaint'") begins the sentence.
function check.place(file, line, what) return { file = file, line = line, what = what or "" } end

function check.at(place, line, what)
  return { file = place.file, line = line or place.line, what = what or place.what }
end

-- The place of something inside: "workflow 'x', state 'y'".
function check.inside(place, line, what)
  return { file = place.file, line = line or place.line, what = place.what == "" and what or place.what .. ", " .. what }
end

local function add(place, text, warning)
  local findings = check.findings
  if place.what ~= "" then text = place.what .. ": " .. text end
  findings[#findings + 1] = { file = place.file, line = place.line, text = text, warning = warning, number = #findings }
end

function check.error(place, text, ...)
  add(place, select("#", ...) > 0 and text:format(...) or text, false)
end

function check.warning(place, text, ...)
  add(place, select("#", ...) > 0 and text:format(...) or text, true)
end

-- "; did you mean 'x'?" or what else there is to say.
function check.guess(word, words, otherwise)
  local nearest = host.nearest(word, words)
  return nearest and ("; did you mean '%s'?"):format(nearest) or otherwise or ""
end

-- A word that nothing knows stands where it was written, whatever is around it.
function check.unknown_word(node, words)
  local text = ("unknown word '%s'"):format(node.word) .. check.guess(node.word, words or {}, " (missing quotes?)")
  add({ file = node.file, line = node.line, what = "" }, text, false)
end

-- ---- what the scanner knows of a table ----

function check.line(tbl, key)
  local mark = check.marks[tbl]
  if not mark then return nil end
  return key ~= nil and mark.lines and mark.lines[key] or mark.line
end

-- The keys of a table in the order of the source; those that the scanner did not see (computed ones) come last, sorted.
function check.order(tbl)
  local mark, keys, seen = check.marks[tbl], {}, {}
  for _, key in ipairs(mark and mark.order or {}) do
    if tbl[key] ~= nil then
      keys[#keys + 1] = key
      seen[key] = true
    end
  end
  local rest = {}
  for key in next, tbl do
    if not seen[key] then rest[#rest + 1] = key end
  end
  table.sort(rest, function(a, b)
    if type(a) == type(b) and type(a) ~= "boolean" and type(a) ~= "table" and type(a) ~= "function" then return a < b end
    return type(a) < type(b)
  end)
  return table.move(rest, 1, #rest, #keys + 1, keys)
end

-- Where the function behind a key stands in the source.
function check.span(tbl, key)
  local mark = check.marks[tbl]
  local span = mark and mark.spans and mark.spans[key]
  return mark and mark.scan, span
end

-- ---- describing values ----

local NAMES = { ["nil"] = "nothing", boolean = "true or false", number = "a number", string = "a text", ["function"] = "a function" }

function check.describe(value)
  local node = nodes.of(value)
  if node then return ("the word '%s'"):format(node.word) end
  if type(value) == "table" then return #value > 0 and "a list" or "a table" end
  return NAMES[type(value)] or "a " .. type(value)
end

local by_word = {}
for _, entry in ipairs(schema.words) do
  by_word[entry.word] = by_word[entry.word] or entry
  entry.by_key, entry.names = {}, {}
  for _, key in ipairs(entry.keys) do
    entry.by_key[key.name] = key
    entry.names[#entry.names + 1] = key.name
  end
end

-- Schema entries by word; a word may have several roles ("unit", "account", "date"): the first one listed.
function check.entry(word) return assert(by_word[word], word) end

-- Whether the word exists in the language at all.
function check.is_word(word) return by_word[word] ~= nil end

-- Reports a value of the wrong kind. Words that stand where a text was meant get the sentence for that.
function check.wrong(value, place, label, wanted)
  local node = nodes.of(value)
  if node and not node.called then
    check.unknown_word(node)
  elseif node and not by_word[node.word] then
    check.unknown_word(node)
  else
    check.error(place, "%s must be %s, not %s", label, wanted, check.describe(value))
  end
end

-- ---- reading by the schema ----

local function read_key(entry, key, value, place, v, tbl)
  local known = entry.by_key[key]
  if known then
    v[key] = kinds[known.kind](value, place, ("'%s'"):format(key), known, tbl, key)
    if v[key] == nil then v.bad = true end
  elseif entry.rest then
    v.rest[#v.rest + 1] = { key = key, value = value, place = place }
  else
    local meant = host.nearest(key, entry.names)
    if meant then v.meant[meant] = true end
    check.error(place, "unknown key '%s'%s", key, check.guess(key, entry.names))
    v.bad = true
  end
end

-- Reads `tbl` by the schema entry. Gives values by key, positional ones in `items` ({ value, place, index }), others in `rest`;
-- `bad` where something was reported.
function check.read(entry, tbl, place)
  local v = { items = {}, rest = {}, meant = {}, line = check.line(tbl) or place.line }
  for _, key in ipairs(check.order(tbl)) do
    local at = check.at(place, check.line(tbl, key))
    if type(key) == "string" then
      read_key(entry, key, tbl[key], at, v, tbl)
    elseif math.type(key) == "integer" then
      if entry.items then
        v.items[#v.items + 1] = { value = tbl[key], place = at, index = key }
      else
        check.error(at, "%s has no key in front of it", check.describe(tbl[key]))
        v.bad = true
      end
    else
      check.error(at, "a key must be a name, not %s", check.describe(key))
      v.bad = true
    end
  end
  for _, key in ipairs(entry.keys) do
    if key.required and tbl[key.name] == nil then
      if not v.meant[key.name] then check.error(check.at(place, v.line), "missing key '%s'", key.name) end
      v.bad = true
    end
    if v[key.name] == nil and tbl[key.name] == nil then v[key.name] = key.default end
  end
  return v
end

-- The table of a declaration's or part's body, or nil after a report.
function check.table(value, place, label)
  if type(value) == "table" and not nodes.of(value) then return value end
  check.wrong(value, place, label, "a table { ... }")
end

-- Each member of a map { name = value } in source order, with its place: for name, value, place in ...
function check.members(tbl, place, label)
  local order, i = check.order(tbl), 0
  local function step()
    i = i + 1
    local key = order[i]
    if key == nil then return nil end
    local at = check.at(place, check.line(tbl, key))
    if type(key) == "string" and kinds.name(key, at, label) then return key, tbl[key], at end
    if type(key) ~= "string" then check.error(at, "%s: %s has no name in front of it", label, check.describe(tbl[key])) end
    return step()
  end
  return step
end

-- ---- simple kinds ----

function kinds.text(value, place, label)
  if type(value) == "string" and value ~= "" then return value end
  if value == "" then return check.error(place, "%s is empty", label) end
  check.wrong(value, place, label, "a text")
end

local function name_like(pattern, wanted)
  return function(value, place, label)
    if type(value) ~= "string" then return check.wrong(value, place, label, "a text") end
    if value:find(pattern) and #value <= 64 then return value end
    check.error(place, "%s: '%s' is no name (%s)", label, value, wanted)
  end
end
kinds.name = name_like("^[%a_\x80-\xff][%w_\x80-\xff]*$", "letters, digits and _, 64 bytes at most")
kinds.dotted = name_like("^[%a_\x80-\xff][%w_.\x80-\xff]*$", "letters, digits, _ and dots, 64 bytes at most")
kinds.command = name_like("^[%a_*\x80-\xff][%w_.*\x80-\xff]*$", 'such as "complaint.grant" or "complaint.*"')

function kinds.boolean(value, place, label)
  if type(value) == "boolean" then return value end
  check.wrong(value, place, label, "true or false")
end

function kinds.integer(value, place, label)
  if math.type(value) == "integer" then return value end
  check.wrong(value, place, label, "a whole number")
end

function kinds.scalar(value, place, label)
  if type(value) == "number" or type(value) == "string" then return value end
  check.wrong(value, place, label, "a number or a text")
end

kinds["function"] = function(value, place, label)
  if type(value) == "function" then return value end
  check.wrong(value, place, label, "a function")
end

function kinds.raw(value) return value end
function kinds.table(value, place, label) return check.table(value, place, label) end

function kinds.one_of(value, place, label, key)
  if type(value) ~= "string" then return check.wrong(value, place, label, "a text") end
  for _, allowed in ipairs(key.of) do
    if value == allowed then return value end
  end
  check.error(place, "%s: no such value '%s'%s", label, value,
              check.guess(value, key.of, "; there are " .. table.concat(key.of, ", ")))
end

-- A value, or a list of values, of one kind: always a list.
local function list_kind(kind)
  return function(value, place, label)
    if type(value) ~= "table" or nodes.of(value) then
      local one = kinds[kind](value, place, label)
      return one ~= nil and { one } or nil
    end
    local list, bad = {}, false
    for _, key in ipairs(check.order(value)) do
      local at = check.at(place, check.line(value, key))
      if math.type(key) ~= "integer" then
        check.error(at, "%s: unknown key '%s' in a list", label, tostring(key))
        bad = true
      else
        local item = kinds[kind](value[key], at, label)
        if item == nil then bad = true else list[#list + 1] = item end
      end
    end
    return not bad and list or nil
  end
end
kinds.names = list_kind("name")
kinds.texts = list_kind("text")
kinds.commands = list_kind("command")
kinds.list_of_names = list_kind("names")

function kinds.indexes(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local names = kinds.names(value[key], check.at(place, check.line(value, key)), label)
    if not names then return nil end
    list[#list + 1] = names
  end
  return list
end

-- A text for all languages, or { en = ..., zh = ... }.
function kinds.labels(value, place, label)
  if type(value) == "string" then return { en = value, zh = value } end
  if not check.table(value, place, label) then return nil end
  local labels = {}
  for language, text, at in check.members(value, place, label) do
    if not language:find("^%l%l%l?$") then
      check.error(at, "%s: unknown language '%s'%s", label, language, check.guess(language, { "en", "zh" }))
      return nil
    end
    labels[language] = kinds.text(text, at, label)
  end
  return labels
end

-- Labels given beside other keys: title = ..., or en = and zh =.
function check.title(v)
  if v.en or v.zh then return { en = v.en, zh = v.zh } end
  return v.title
end

-- Plain data, copied: texts, numbers, booleans, tables of these.
local function plain(value, place, label, depth)
  local kind = type(value)
  if kind == "string" or kind == "number" or kind == "boolean" then return value end
  if kind ~= "table" or nodes.of(value) then return check.wrong(value, place, label, "plain data") end
  if depth > 16 then return check.error(place, "%s is nested too deep", label) end
  local copy, texts, others = {}, 0, 0
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    if type(key) == "string" then texts = texts + 1 else others = others + 1 end
    copy[key] = plain(value[key], at, label, depth + 1)
    if copy[key] == nil then return nil end
  end
  if others > 0 and (texts > 0 or #copy ~= others) then
    return check.error(place, "%s is neither a list nor a map", label)
  end
  return copy
end
function kinds.plain(value, place, label) return plain(value, place, label, 1) end

function kinds.paths(value, place, label)
  if not check.table(value, place, label) then return nil end
  local map = {}
  for name, path, at in check.members(value, place, label) do
    map[name] = kinds.dotted(path, at, ("'%s'"):format(name))
  end
  return map
end

function kinds.date(value, place, label)
  if host.days(value) then return value end
  if type(value) == "string" then return check.error(place, "%s: '%s' is no date such as \"2026-12-24\"", label, value) end
  check.wrong(value, place, label, "a date")
end
kinds.dates = list_kind("date")

-- ---- names that may be declared once ----

local declared = {}
-- Takes a name; false and a report where it was taken before.
function check.declare(kind, name, place)
  local key = kind .. "\0" .. name
  local before = declared[key]
  if before then
    check.error(check.place(place.file, place.line), "%s '%s' is declared twice; the first one is at %s:%d", kind, name, before.file, before.line)
    return false
  end
  declared[key] = place
  return true
end

-- A checker of unique names within one list: unique(name, place).
function check.unique(what)
  local seen = {}
  return function(name, place)
    if seen[name] then
      check.error(place, "%s '%s' is given twice", what, name)
      return false
    end
    seen[name] = true
    return true
  end
end

return check
