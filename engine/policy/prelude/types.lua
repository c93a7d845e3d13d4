-- Types: from `text { max = 200 }`, `tiers` or `list_of(account)` to the normal form of a field.
local use = ...
local nodes, check = use "nodes", use "check"
local kinds = check.kinds

local types = { vocabularies = {} } -- name -> list of its items' names

local SIMPLE = {}
for _, word in ipairs { "text", "integer", "number", "money", "boolean", "date", "instant", "duration", "account", "unit" } do SIMPLE[word] = true end

local function words()
  local list = { "list_of", "one_of", "reference" }
  for word in pairs(SIMPLE) do list[#list + 1] = word end
  for word in pairs(types.vocabularies) do list[#list + 1] = word end
  table.sort(list)
  return list
end

local function takes_labels(options, field)
  field.title = check.title(options)
  for _, name in ipairs { "required", "unique", "indexed", "secrecy", "personal", "min", "max", "default", "normal", "derived", "output", "changed" } do field[name] = options[name] end
end

-- The arguments that must stand before the options.
local function read_arguments(node, field, place)
  local first = node.args[1]
  if node.word == "list_of" then
    if node.count == 0 then return check.error(place, "list_of needs the type of its items: list_of(text)") end
    field.kind, field.of = "list", types.read(first, check.at(place), place.what)
    return field.of and 2
  elseif node.word == "reference" then
    if node.count == 0 then return check.error(place, 'reference needs the name of a record: reference "customer"') end
    field.kind, field.of = "reference", kinds.name(first, place, "reference")
    return field.of and 2
  elseif node.word == "one_of" then
    if node.count == 0 then return check.error(place, 'one_of needs its words: one_of { "a", "b" }') end
    field.kind, field.items = "choice", kinds.texts(first, place, "one_of")
    return field.items and 2
  elseif types.vocabularies[node.word] then
    field.kind, field.choices, field.items = "choice", node.word, types.vocabularies[node.word]
  elseif SIMPLE[node.word] then
    field.kind = node.word
  else
    return check.unknown_word(node, words())
  end
  return 1
end

-- Reads a type. `what` is said of it in reports. Gives a FIELD without a name, or nil.
function types.read(value, place, what)
  local node = nodes.of(value)
  if not node then
    check.error(place, "a type is a word, not %s", check.describe(value))
    return nil
  end
  local at = check.at(place, node.line, what)
  local field = { line = place.line }
  local options_at = read_arguments(node, field, at)
  if not options_at then return nil end
  if node.count < options_at then return field end
  local options = node.args[options_at]
  if node.count > options_at then
    check.error(at, "too many things behind the type '%s'", node.word)
    return nil
  end
  if not check.table(options, at, ("what stands behind '%s'"):format(node.word)) then return nil end
  takes_labels(check.read(check.entry("options"), options, at), field)
  return field
end

-- A map { name = type } becomes a list of FIELDs in source order.
local function field_map(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for name, type_, at in check.members(value, place, label) do
    local inside = check.inside(at, at.line, ("field '%s'"):format(name))
    local field = types.read(type_, inside, inside.what)
    if field then
      field.name = name
      list[#list + 1] = field
    end
  end
  return list
end
kinds.fields = field_map
kinds.inputs = field_map

-- A form's fields: names of the record's, or { name, type }, or name = type.
function kinds.form_fields(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list, unique = {}, check.unique("field")
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    local item, name, type_ = value[key], nil, nil
    if type(key) == "string" then
      name, type_ = key, item
    elseif type(item) == "string" then
      name = kinds.name(item, at, "a field")
    elseif check.table(item, at, "a field") then
      name, type_ = kinds.name(item[1], at, "a field"), item[2]
      if name and type_ == nil then check.error(at, "field '%s': no type behind its name", name) end
      if #check.order(item) > 2 then check.error(at, "a field is { name, type }, nothing else") end
    end
    if name and unique(name, at) then
      if type_ == nil then
        list[#list + 1] = { name = name, ref = true, line = at.line }
      else
        local inside = check.inside(at, at.line, ("field '%s'"):format(name))
        local field = types.read(type_, inside, inside.what)
        if field then
          field.name = name
          list[#list + 1] = field
        end
      end
    end
  end
  return list
end

return types
