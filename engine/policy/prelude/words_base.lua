-- Words of the house: company, choices, calendar, holidays, organisation.
local use, host = ...
local check, types = use "check", use "types"
local kinds = check.kinds
local words = {}

local DAYS = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" }
local DAY_MINUTES, OFF_DAYS_MAX = 1440, 366
local DAY_NUMBER = {}
for number, day in ipairs(DAYS) do DAY_NUMBER[day] = number end

-- ---- company ----

function words.company(normal, declared)
  local v = check.read(check.entry "company", declared.body, declared.place)
  if normal.company then
    check.error(declared.place, "declared twice; the first one is at %s:%d", normal.company.file, normal.company.line)
    return
  end
  normal.company = { name = v.name, title = v.title, zone = v.zone, currency = v.currency, clock = v.clock,
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

-- ---- calendars ----

local function minutes(text)
  local hour, minute = text:match("^(%d%d?):(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or minute > 59 or hour > 24 or (hour == 24 and minute > 0) then return nil end
  return hour * 60 + minute
end

local function hours_of(text, place, label)
  local from, to = text:match("^(%d+:%d+)%s*%-%s*(%d+:%d+)$")
  from, to = from and minutes(from), to and minutes(to)
  if not from or not to or from == to or from == DAY_MINUTES then
    return check.error(place, '%s: \'%s\' is no time of day such as "09:00-12:00"', label, text)
  end
  return { from = from, to = to > from and to or to + DAY_MINUTES }
end

function kinds.hours(value, place, label)
  local texts, list = kinds.texts(value, place, label), {}
  for _, text in ipairs(texts or {}) do
    local hours = hours_of(text, place, label)
    if not hours then return nil end
    list[#list + 1] = hours
  end
  return texts and list
end

local function day_number(text, place, label)
  local number = DAY_NUMBER[text]
  if not number then check.error(place, "%s: no day '%s'%s", label, text, check.guess(text, DAYS)) end
  return number
end

function kinds.weekdays(value, place, label)
  local texts, list = kinds.texts(value, place, label), {}
  for _, text in ipairs(texts or {}) do
    local first, last = text:match("^(%a+)%s*%.%.%s*(%a+)$")
    local from, to = day_number(first or text, place, label), day_number(last or text, place, label)
    if not from or not to then return nil end
    if to < from then to = to + 7 end
    for day = from, to do list[#list + 1] = (day - 1) % 7 + 1 end
  end
  return texts and list
end

function kinds.week(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    if not check.table(value[key], at, label) then return nil end
    local v = check.read(check.entry "week", value[key], check.inside(at, at.line, "week"))
    for _, hours in ipairs(not v.bad and v.hours or {}) do
      list[#list + 1] = { days = v.days, from = hours.from, to = hours.to }
    end
  end
  return list
end

function kinds.days(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list, unique = {}, check.unique("day")
  for _, key in ipairs(check.order(value)) do
    local at = check.inside(place, check.line(value, key) or place.line, "days")
    if not check.table(value[key], at, "a day") then return nil end
    local v = check.read(check.entry "day", value[key], at)
    local first = v.items[1]
    local date = first and kinds.date(first.value, first.place, "a day")
    if not first or #v.items > 1 then check.error(at, "one date must stand at the beginning of a day") end
    if date and unique(date, at) then
      if not v.off and not v.hours and not v.like then check.error(at, "day '%s': say off = true, hours = ... or like = ...", date) end
      list[#list + 1] = { date = date, off = v.off or false, title = v.title, like = v.like, hours = v.hours }
    end
  end
  return list
end

-- ---- holidays ----

-- "date", or { first, last, title }, or { date, title }.
local function off_range(value, place)
  if type(value) == "string" then value = { value } end
  if not check.table(value, place, "off") then return nil end
  for _, key in ipairs(check.order(value)) do
    if math.type(key) ~= "integer" then return check.error(place, "unknown key '%s' of a day off", tostring(key)) end
  end
  local first, last, title = kinds.date(value[1], place, "off"), value[2], value[3]
  if first and type(last) == "string" and not host.days(last) and title == nil then first, last, title = first, first, last end
  last = last == nil and first or kinds.date(last, place, "off")
  if title ~= nil then title = kinds.text(title, place, "off") end
  return first, last, title
end

function kinds.off_days(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.at(place, check.line(value, key))
    local first, last, title = off_range(value[key], at)
    local from, to = first and host.days(first), last and host.days(last)
    if not from or not to then return nil end
    if to < from or to - from > OFF_DAYS_MAX then
      check.error(at, "off: '%s' to '%s' is no span of days", first, last)
      return nil
    end
    for day = from, to do list[#list + 1] = { date = host.day_text(day), off = true, title = title } end
  end
  return list
end

local function weekday(days) return (days + 3) % 7 + 1 end -- 1970-01-01 was a Thursday

local function worked_days(dates, place)
  local list = {}
  for _, date in ipairs(dates or {}) do
    local day = weekday(host.days(date))
    if day < 6 then
      check.warning(place, "work: '%s' is a %s, worked anyway", date, DAYS[day])
    else
      list[#list + 1] = { date = date, off = false, like = day == 7 and 1 or 5 }
    end
  end
  return list
end

-- Gathered by name; calendars take them over at the end.
function words.holidays(normal, declared, gathered)
  local v = check.read(check.entry "holidays", declared.body, declared.place)
  local set = gathered.holidays[declared.name] or { years = {}, days = {} }
  gathered.holidays[declared.name] = set
  if not v.year then return end
  if set.years[v.year] then
    check.error(declared.place, "the year %d is given twice; the first one is at %s:%d", v.year, set.years[v.year].file, set.years[v.year].line)
    return
  end
  set.years[v.year] = declared.place
  for _, days in ipairs { v.off or {}, worked_days(v.work, declared.place) } do
    for _, day in ipairs(days) do
      if set.days[day.date] then
        check.error(declared.place, "the day '%s' is given twice", day.date)
      end
      set.days[day.date] = day
    end
  end
end

local function take_holidays(calendar, set)
  local own, years, days = {}, {}, calendar.days
  for _, day in ipairs(days) do own[day.date] = true end
  for date, day in pairs(set.days) do
    if not own[date] then days[#days + 1] = day end
  end
  table.sort(days, function(a, b) return a.date < b.date end)
  for year in pairs(set.years) do years[#years + 1] = year end
  table.sort(years)
  calendar.years = years
end

function words.calendar(normal, declared, gathered)
  local v = check.read(check.entry "calendar", declared.body, declared.place)
  local calendar = { name = declared.name, title = v.title, zone = v.zone, always = v.always or false, week = v.week or {}, days = v.days or {},
                     years = {}, file = declared.place.file, line = declared.place.line }
  if not v.bad and not v.always and not v.week then check.error(declared.place, "say week = { ... } or always = true") end
  if v.always and v.week then check.error(declared.place, "a calendar that runs always has no week") end
  normal.calendars[#normal.calendars + 1] = calendar
  gathered.finish[#gathered.finish + 1] = function()
    calendar.zone = calendar.zone or normal.company and normal.company.zone
    local set = v.holidays and gathered.holidays[v.holidays]
    if set then return take_holidays(calendar, set) end
    if not v.holidays then return end
    local names = {}
    for name in pairs(gathered.holidays) do names[#names + 1] = name end
    table.sort(names)
    check.error(check.at(declared.place, check.line(declared.body, "holidays")), "no holidays '%s'%s", v.holidays, check.guess(v.holidays, names))
  end
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

kinds.roles = part("role", function(name, v, at) return { name = name, title = check.title(v), is = v.is or {}, line = at.line } end)
kinds.units = part("unit", function(name, v, at) return { name = name, title = check.title(v), under = v.under, line = at.line } end)
kinds.accounts = part("account", function(name, v, at)
  return { name = name, title = v.name or name, unit = v.unit, group = v.group, roles = v.roles or {}, uid = v.uid, line = at.line }
end)

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
  for _, list in ipairs { "units", "accounts" } do
    for _, item in ipairs(v[list] or {}) do
      if check.declare(list == "units" and "unit" or "account", item.name, check.place(file, item.line)) then
        normal[list][#normal[list] + 1] = item
      end
    end
  end
end

return words
