-- What functions of company code find at run time: the pure functions, the effect words, and an error for everything else.
-- Effect words make plain tables with the member `effect`; nothing is done here.
local _, host = ...

local runtime = {}
local empty = host.empty

-- Errors get their FILE:LINE from the door.
local function fail(text, ...) error(text:format(...), 0) end

local function need_text(word, value)
  if type(value) ~= "string" then fail("%s needs a name behind it", word) end
end

local function need_table(word, value)
  if type(value) ~= "table" then fail("%s needs { ... } behind it", word) end
end

-- A copy of a map as the normal form has it. The given table may be one of the file's own, which is read-only and stays as it is.
local function map_of(given)
  local copy = {}
  if getmetatable(given) == nil then
    for key, value in next, given do copy[key] = value end
  else
    for key, value in host.pure.pairs(given) do copy[key] = value end
  end
  return host.map(copy)
end

local effects = {}

function effects.set(data)
  need_table("set", data)
  return { effect = "set", data = map_of(data) }
end

-- start "type" { fields, link = "name" } or { data = { fields }, link = "name" }
function effects.start(kind)
  need_text("start", kind)
  return function(given)
    need_table("start", given)
    local whole = type(given.data) == "table"
    local data = map_of(whole and given.data or given)
    if not whole then data.link = nil end
    return { effect = "start", type = kind, data = data, link = given.link }
  end
end

function effects.send(event)
  need_text("send", event)
  return function(given)
    need_table("send", given)
    if given.to == nil then fail("send: to = nothing: whom is '%s' sent to?", event) end
    return { effect = "send", event = event, to = given.to, form = map_of(given.form or {}) }
  end
end

-- each "type" { same, where, send, form | start, data, link }: what is empty would mean everything, so it is no condition.
local EACH = { "same", "where", "send", "form", "start", "data", "link" }
local EACH_MAPS = { same = true, where = true, form = true, data = true }

function effects.each(kind)
  need_text("each", kind)
  return function(given)
    need_table("each", given)
    local effect, known = { effect = "each", type = kind }, {}
    for _, key in ipairs(EACH) do
      known[key] = true
      effect[key] = EACH_MAPS[key] and type(given[key]) == "table" and map_of(given[key]) or given[key]
    end
    for key in host.pure.pairs(given) do
      if not known[key] then fail("each: unknown key '%s'", tostring(key)) end
    end
    for _, key in ipairs { "same", "where" } do
      if given[key] ~= nil and (type(given[key]) ~= "table" or next(given[key]) == nil) then
        fail("each: %s names nothing: is a value of it empty?", key)
      end
    end
    return effect
  end
end

function effects.link(name)
  need_text("link", name)
  return function(given)
    need_table("link", given)
    if given.to == nil then fail("link: to = nothing") end
    return { effect = "link", name = name, to = given.to }
  end
end

function effects.tell(given)
  need_table("tell", given)
  local names = {}
  for i = 1, #given do
    need_text("tell", given[i])
    names[i] = given[i]
  end
  if #names == 0 then fail("tell: nobody is named") end
  if given.text ~= nil and given.template ~= nil then fail("tell: either text or template, not both") end
  if given.template ~= nil and type(given.template) ~= "string" then fail("tell: template must be the name of one") end
  return { effect = "tell", to = names, text = given.text, template = given.template, at_once = given.at_once and true or nil }
end

function effects.deadline(name)
  need_text("deadline", name)
  return function(given)
    need_table("deadline", given)
    need_text("deadline", given[1])
    return { effect = "deadline", name = name, limit = given[1], event = given.event, clock = given.clock }
  end
end

-- post "LEDGER" { to = id, amount =, key =, kind =, note = }; reverse "LEDGER" { key =, note = }: to and key must be there.
local POSTING = { post = { "to", "amount", "key", "kind", "note" }, reverse = { "key", "note" } }
for word, keys in next, POSTING do
  effects[word] = function(ledger)
    need_text(word, ledger)
    return function(given)
      need_table(word, given)
      local effect = { effect = word, ledger = ledger }
      for _, key in ipairs(keys) do effect[key] = given[key] end
      if effect.key == nil then fail("%s: key = nothing: which posting is it?", word) end
      if word == "post" and effect.to == nil then fail("post: to = nothing: whose account is it?") end
      return effect
    end
  end
end

function effects.stop(name)
  need_text("stop", name)
  return { effect = "stop", name = name }
end

-- The key, where the row has one that can be read, lets people find the row again.
local function reject(reason, key)
  need_text("reject", reason)
  if key ~= nil then need_text("reject", key) end
  return { reject = reason, key = key }
end

local function skip(reason)
  need_text("skip", reason)
  return { skip = reason }
end

-- The words of a guard's or action's environment, and of an import's.
function runtime.words(is_import)
  local words = {}
  for name, value in pairs(host.pure) do words[name] = value end
  words.money = host.money
  words.empty = empty
  if is_import then
    words.date, words.reject, words.skip = host.date, reject, skip
  else
    for name, value in pairs(effects) do words[name] = value end
  end
  return words
end

-- An environment: while the file is loaded, unknown words become what `symbol(word)` gives; afterwards, after `close`, they are
-- errors. It has no members of its own, so nothing can be kept in it.
function runtime.environment(symbol, is_import)
  local meta = { __metatable = false }
  local words = runtime.words(is_import)
  function meta.__index(_, word)
    return host.pure[word] or symbol(word)
  end
  function meta.__newindex(_, word)
    fail("assignment to global '%s'", tostring(word))
  end
  local function close()
    meta.__index = setmetatable(words, {
      __metatable = false,
      __index = function(_, word) fail("unknown word '%s'", tostring(word)) end,
    })
  end
  return setmetatable({}, meta), close
end

return runtime
