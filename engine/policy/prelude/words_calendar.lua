-- Words of time: calendar, holidays.
--
-- A calendar may stand on another one (extends): its week, seasons, single days and holidays. All is put together at the end, when every
-- file is read, so that C gets each calendar whole.
local use, host = ...
local check = use "check"
local kinds = check.kinds
local words = {}

local DAYS = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" }
local DAY_MINUTES, OFF_DAYS_MAX = 1440, 366
local DAY_NUMBER = {}
for number, day in ipairs(DAYS) do DAY_NUMBER[day] = number end

-- ---- hours, weeks and seasons ----

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

-- A day of every year; February 29 is one.
function kinds.month_day(value, place, label)
  if type(value) ~= "string" then return check.wrong(value, place, label, 'a day of the year such as "06-01"') end
  if value:find("^%d%d%-%d%d$") and host.days("2000-" .. value) then return value end
  check.error(place, "%s: '%s' is no day of the year such as \"06-01\"", label, value)
end

function kinds.seasons(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list = {}
  for _, key in ipairs(check.order(value)) do
    local at = check.inside(place, check.line(value, key) or place.line, "seasons")
    if not check.table(value[key], at, "a season") then return nil end
    local v = check.read(check.entry "season", value[key], at)
    if v.bad then return nil end
    list[#list + 1] = { from = v.from, to = v.to, week = v.week, line = v.line }
  end
  return list
end

-- ---- single days ----

-- The dates that stand at the beginning of a day: one, or the first and the last of several.
local function dates_of(v, at)
  local first, last = v.items[1], v.items[2]
  if not first or #v.items > 2 then return check.error(at, "one date must stand at the beginning of a day, or the first and the last of several") end
  local from = kinds.date(first.value, first.place, "a day")
  local to = from
  if last then to = kinds.date(last.value, last.place, "a day") end
  if not from or not to then return nil end
  local count = host.days(to) - host.days(from)
  if count < 0 or count > OFF_DAYS_MAX then return check.error(at, "'%s' to '%s' is no span of days", from, to) end
  return host.days(from), host.days(to)
end

function kinds.days(value, place, label)
  if not check.table(value, place, label) then return nil end
  local list, unique = {}, check.unique("day")
  for _, key in ipairs(check.order(value)) do
    local at = check.inside(place, check.line(value, key) or place.line, "days")
    if not check.table(value[key], at, "a day") then return nil end
    local v = check.read(check.entry "day", value[key], at)
    local from, to = dates_of(v, at)
    if from and not v.off and not v.hours and not v.like then
      check.error(at, "day '%s': say off = true, hours = ... or like = ...", host.day_text(from))
    end
    for day = from or 1, to or 0 do
      local date = host.day_text(day)
      if unique(date, at) then list[#list + 1] = { date = date, off = v.off or false, title = v.title, like = v.like, hours = v.hours } end
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

-- A Sunday is worked like a Monday, a Saturday like a Friday. A day of the week that is worked (as when a holiday is moved after its
-- notice) is like itself.
local function worked_days(dates)
  local list = {}
  for _, date in ipairs(dates or {}) do
    local day = weekday(host.days(date))
    list[#list + 1] = { date = date, off = false, like = day == 7 and 1 or day == 6 and 5 or day }
  end
  return list
end

-- Gathered by name; calendars take them over at the end.
function words.holidays(_, declared, gathered)
  local v = check.read(check.entry "holidays", declared.body, declared.place)
  local set = gathered.holidays[declared.name] or { years = {}, days = {} }
  gathered.holidays[declared.name] = set
  if not v.year then return end
  if set.years[v.year] then
    check.error(declared.place, "the year %d is given twice; the first one is at %s:%d", v.year, set.years[v.year].file, set.years[v.year].line)
    return
  end
  set.years[v.year] = declared.place
  for _, days in ipairs { v.off or {}, worked_days(v.work) } do
    for _, day in ipairs(days) do
      if set.days[day.date] then
        check.error(declared.place, "the day '%s' is given twice", day.date)
      end
      set.days[day.date] = day
    end
  end
end

-- ---- calendars ----

local function guess_name(name, map)
  local names = {}
  for key in pairs(map) do names[#names + 1] = key end
  table.sort(names)
  return check.guess(name, names)
end

-- The years that are known to everything that keeps holidays; `before` nil: nothing has kept any yet.
local function both(before, years)
  local known = {}
  for year in pairs(years) do
    if not before or before[year] then known[year] = true end
  end
  return known
end

local build

local function base_of(own, gathered)
  local name = own.v.extends
  if not name then return nil end
  local at = check.at(own.place, check.line(own.body, "extends"))
  local base = gathered.calendars[name]
  if not base then return check.error(at, "no calendar '%s'%s", name, guess_name(name, gathered.calendars)) end
  if base.building then return check.error(at, "extends '%s', which in the end extends this one: a circle", name) end
  return build(base, gathered)
end

local function lay_holidays(whole, own, gathered)
  for _, name in ipairs(own.v.holidays or {}) do
    local set = gathered.holidays[name]
    if set then
      for date, day in pairs(set.days) do whole.days[date] = day end
      whole.years = both(whole.years, set.years)
    else
      check.error(check.at(own.place, check.line(own.body, "holidays")), "no holidays '%s'%s", name, guess_name(name, gathered.holidays))
    end
  end
end

-- What a calendar is with all that it stands on: { zone, always, week, seasons, days by date, years or nil }.
function build(own, gathered)
  if own.whole then return own.whole end
  own.building = true
  local v, base = own.v, base_of(own, gathered) or {}
  local whole = { zone = v.zone or base.zone, always = v.always, week = v.week or base.week, seasons = v.seasons, days = {}, years = base.years }
  if whole.always == nil then whole.always = not v.week and base.always or false end
  -- A week of one's own is meant for the whole year: it takes the place of the other's seasons too.
  if not v.seasons and not v.week then whole.seasons = base.seasons end
  for date, day in pairs(base.days or {}) do whole.days[date] = day end
  lay_holidays(whole, own, gathered)
  for _, day in ipairs(v.days or {}) do whole.days[day.date] = day end
  own.building, own.whole = false, whole
  return whole
end

-- A day that is worked like itself is no day that differs.
local function differs(day) return not day.like or day.hours or day.off or day.like ~= weekday(host.days(day.date)) end

local function finish(calendar, own, gathered, company_zone)
  local whole = build(own, gathered)
  for _, day in pairs(whole.days) do
    if differs(day) then calendar.days[#calendar.days + 1] = day end
  end
  table.sort(calendar.days, function(a, b) return a.date < b.date end)
  for year in pairs(whole.years or {}) do calendar.years[#calendar.years + 1] = year end
  table.sort(calendar.years)
  calendar.zone, calendar.always = whole.zone or company_zone, whole.always
  calendar.week, calendar.seasons = whole.week or {}, whole.seasons
  if whole.years and #calendar.years == 0 then calendar.keeps_holidays = true end
end

function words.calendar(normal, declared, gathered)
  local v = check.read(check.entry "calendar", declared.body, declared.place)
  local own = { v = v, body = declared.body, place = declared.place }
  local calendar = { name = declared.name, title = v.title, days = {}, years = {}, file = declared.place.file, line = declared.place.line }
  if not v.bad and not v.always and not v.week and not v.extends then
    check.error(declared.place, 'say week = { ... }, always = true or extends = "..."')
  end
  if v.always and v.week then check.error(declared.place, "a calendar that runs always has no week") end
  normal.calendars[#normal.calendars + 1] = calendar
  gathered.calendars[declared.name] = own
  gathered.finish[#gathered.finish + 1] = function() finish(calendar, own, gathered, normal.company and normal.company.zone) end
end

return words
