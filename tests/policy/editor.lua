-- What an editor with lua-language-server would warn of in rules, found without it: the stubs are read as that program reads
-- them, words become values that know how they may be called, and the files are run. Functions are not: what stands in guards
-- and actions is not looked at. Arguments: the stubs, a list of known globals, the files. Returns the warnings, one a line.
local stubs, known, files = ...
local classes, words, warnings = {}, {}, {}

-- ---- the stubs ----

local class, param, returns, typed

local function word(line)
  local name = line:match "^function ([%w_]+)%(" or line:match "^([%w_]+) = nil"
  if not name then return end
  if words[name] then warnings[#warnings + 1] = name .. " is declared twice" end
  words[name] = { param = param, returns = returns, type = typed }
  param, returns, typed = nil, nil, nil
end

for line in stubs:gmatch "[^\n]+" do
  local field, optional = line:match "^%-%-%-@field ([%w_]+)(%??) ."
  if field and optional == "" then table.insert(classes[class].required, field) end
  class = line:match "^%-%-%-@class ([%w._]+)" or class
  if class and not classes[class] then classes[class] = { required = {} } end
  if line:find "^%-%-%-@operator call" then classes[class].called = true end
  param = line:match "^%-%-%-@param %w+ (.+)" or param
  returns = line:match "^%-%-%-@return (.+)" or returns
  typed = line:match "^%-%-%-@type (.+)" or typed
  word(line)
end

-- ---- values ----

local value

local function warn(level, ...)
  local info = debug.getinfo(level + 1, "Sl")
  warnings[#warnings + 1] = ("%s:%d: %s"):format(info.short_src, info.currentline, (...):format(select(2, ...)))
end

local function is_whole(name, body)
  for _, field in ipairs(classes[name].required) do
    if body[field] == nil then return false, field end
  end
  return true
end

local function accepts(types, given)
  local plain, why = type(given) == "table" and not getmetatable(given), nil
  for one in types:gmatch "[^|]+" do
    local whole, field = true, nil
    if plain and classes[one] then whole, field = is_whole(one, given) end
    if whole and (one == type(given) or (plain and (classes[one] or one:find "^table" or one:find "%[%]$"))
                  or (getmetatable(given) and (given.type == one or given.type == "any"))) then return true end
    why = field and ("without its '%s'"):format(field) or why
  end
  return false, why or type(given)
end

-- What a word, or what it gave, does when it is called.
local function called(name, takes, gives, given)
  local fits, why = accepts(takes, given)
  if not fits then warn(3, "%s wants %s, not one %s", name, takes, why) end
  return value(name, gives)
end

function value(name, is)
  local takes, gives = is:match "^fun%(body: (.-)%): (.+)$"
  return setmetatable({ type = is }, { __call = function(_, given)
    if takes then return (called(name, takes, gives, given)) end -- no tail call: the caller is named
    if is ~= "any" and not (classes[is] and classes[is].called) then warn(2, "%s: %s is not called", name, is) end
    return value(name, is)
  end })
end

local function global(_, name)
  local is = words[name]
  if is and is.type then return is.type ~= "nil" and value(name, is.type) or nil end
  if is then
    return setmetatable({ type = "function" }, { __call = function(_, given) return (called(name, is.param, is.returns, given)) end })
  end
  if _G[name] then return _G[name] end
  if not known:find('"' .. name .. '"', 1, true) then warn(2, "undefined global '%s'", name) end
  return value(name, "any")
end

-- ---- the files ----

for _, file in ipairs(files) do
  local run, why = load(file.text, "@" .. file.path, "t", setmetatable({}, { __index = global }))
  local fine, fault = pcall(run or error, why)
  if not fine then warnings[#warnings + 1] = tostring(fault) end
end
return table.concat(warnings, "\n")
