-- What functions of company code find at run time: the pure functions, the effect words, and an error for everything else.
-- Effect words make plain tables with the member `effect`; nothing is done.
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

local map_of = host.map_of -- a copy of a map as the normal form has it
local effects = host.effects -- all but one: effects.c

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
