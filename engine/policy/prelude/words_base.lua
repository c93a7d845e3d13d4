-- Words of the house: company, choices, organisation. Those of time have a file of their own (words_calendar.lua).
local use = ...
local check, types = use "check", use "types"
local kinds = check.kinds
local words = {}

-- ---- company ----

function words.company(normal, declared)
  local v = check.read(check.entry "company", declared.body, declared.place)
  if normal.company then
    check.error(declared.place, "declared twice; the first one is at %s:%d", normal.company.file, normal.company.line)
    return
  end
  normal.company = { name = v.name, title = v.title, zone = v.zone, currency = v.currency, clock = v.clock, contact = v.contact,
                     languages = v.languages or { "en", "zh" }, file = declared.place.file, line = declared.place.line }
end

-- ---- choices ----

-- An item of a list: "name" or { "name", en = ..., other keys }. Gives its name and what was read, or nil.
local function named_item(entry, value, place, what)
  if type(value) == "string" then
    local name = kinds.name(value, place, what)
    return name, name and { line = place.line } or nil
  end
  if not check.table(value, place, what) then return nil end
  local inside = check.inside(place, check.line(value) or place.line, type(value[1]) == "string" and ("%s '%s'"):format(what, value[1]) or what)
  local v = check.read(entry, value, inside)
  local first = v.items[1]
  if not first or #v.items > 1 then
    check.error(inside, "one name must stand at the beginning")
    return nil
  end
  local name = kinds.name(first.value, first.place, what)
  return name, name and v or nil
end

-- A list of such items: calls take(name, v, place) for each.
local function named_items(entry, tbl, place, what, take)
  local unique = check.unique(what)
  for _, key in ipairs(check.order(tbl)) do
    local at = check.at(place, check.line(tbl, key))
    if type(key) ~= "number" then
      check.error(at, "unknown key '%s'", tostring(key))
    else
      local name, v = named_item(entry, tbl[key], at, what)
      if name and unique(name, at) then take(name, v, at) end
    end
  end
end

-- Vocabularies are types: they are read before everything else.
function words.choices(normal, declared)
  local items, names = {}, {}
  named_items(check.entry "item", declared.body, declared.place, "item", function(name, v, at)
    items[#items + 1] = { name = name, title = check.title(v), line = at.line }
    names[#names + 1] = name
  end)
  if next(declared.body) == nil then check.error(declared.place, "a vocabulary needs at least one item") end
  types.vocabularies[declared.name] = names
  normal.choices[#normal.choices + 1] = { name = declared.name, items = items, file = declared.place.file, line = declared.place.line }
end

-- ---- organisation ----

local function part(what, build)
  return function(value, place, label)
    if not check.table(value, place, label) then return nil end
    local list = {}
    named_items(check.entry(what), value, place, what, function(name, v, at) list[#list + 1] = build(name, v, at) end)
    return list
  end
end

kinds.roles = part("role", function(name, v, at) return { name = name, title = check.title(v), is = v.is or {}, file = at.file, line = at.line } end)
kinds.units = part("unit", function(name, v, at) return { name = name, title = check.title(v), under = v.under, file = at.file, line = at.line } end)
kinds.accounts = part("account", function(name, v, at)
  return { name = name, title = v.name or name, unit = v.unit, group = v.group, roles = v.roles or {}, uid = v.uid, person = v.person, file = at.file, line = at.line }
end)

local STAFF_FIELDS = { "account", "name", "unit", "group", "roles", "person", "away_until", "deputy", "deputy_until" }

-- staff = { record = "employee", account = "login", ... }: names of fields; what they must be is judged in C.
function kinds.staff(value, place, label)
  if not check.table(value, place, label) then return nil end
  local inside = check.inside(place, check.line(value) or place.line, "staff")
  local v = check.read(check.entry "staff", value, inside)
  local staff = { record = v.record, working = v.working or {}, file = place.file, line = inside.line }
  for _, name in ipairs(STAFF_FIELDS) do staff[name] = v[name] end
  return staff
end

-- Several files may each declare a part, but the roles stand in one: their order has a meaning.
function words.organisation(normal, declared)
  local v = check.read(check.entry "organisation", declared.body, declared.place)
  local file, line = declared.place.file, declared.place.line
  normal.organisation = normal.organisation or { file = file, line = line }
  if v.roles and #normal.roles > 0 then
    check.error(declared.place, "roles are declared twice; the first ones are at %s:%d", normal.organisation.file, normal.organisation.line)
  elseif v.roles then
    normal.roles, normal.organisation = v.roles, { file = file, line = line }
    local names = {}
    for _, role in ipairs(v.roles) do names[#names + 1] = role.name end
    types.vocabularies.roles = types.vocabularies.roles or names
  end
  if v.staff and normal.staff then
    check.error(declared.place, "staff is declared twice; the first one is at %s:%d", normal.staff.file, normal.staff.line)
  else
    normal.staff = v.staff or normal.staff
  end
  for _, list in ipairs { "units", "accounts" } do
    for _, item in ipairs(v[list] or {}) do
      if check.declare(list == "units" and "unit" or "account", item.name, check.place(file, item.line)) then
        normal[list][#normal[list] + 1] = item
      end
    end
  end
end

return words
