-- Words of what people are told and what they answer for: template, accountability, and a workflow's key public.
-- Whether placeholders, fields, events and guards exist is judged in C.
local use = ...
local check = use "check"
local kinds = check.kinds
local words = {}

-- ---- template ----

local TEXT_BYTES_MAX = 16 * 1024
local LANGUAGES = { "en", "zh" }

function words.template(normal, declared)
  local body, place = declared.body, declared.place
  local v = check.read(check.entry "template", body, place)
  local texts, count = check.map(), 0
  for _, language in ipairs(LANGUAGES) do
    local text = v[language]
    if text and #text > TEXT_BYTES_MAX then
      check.error(check.at(place, check.line(body, language)), "the text '%s' has %d bytes; %d is the limit", language, #text, TEXT_BYTES_MAX)
    elseif text then
      texts[language], count = text, count + 1
    end
  end
  if count == 0 and not v.bad then check.error(place, 'no text: say en = "...", zh = "..." or both') end
  if v.bad or count == 0 then return end
  normal.templates[#normal.templates + 1] = {
    name = declared.name, of = v.of, title = v.title, texts = texts, file = place.file, line = place.line,
  }
end

-- ---- public: what customers may be shown ----

function kinds.public(value, place, label)
  if not check.table(value, place, label) then return nil end
  local v = check.read(check.entry "public", value, check.inside(place, place.line, "public"))
  if v.bad then return nil end
  return { proof = v.proof, fields = v.fields or {}, line = place.line }
end

-- ---- discloses: what opens secret fields, and for how long ----

function kinds.discloses(value, place, label)
  if not check.table(value, place, label) then return nil end
  local v = check.read(check.entry "discloses", value, check.inside(place, place.line, "discloses"))
  if v.bad then return nil end
  return { what = v.what, to = v.to, level = v.level, ends = v.ends, state = v.state, line = place.line }
end

-- ---- accountability ----

kinds.accountability_rule = kinds.raw

local function rule_of(value, place)
  if not check.table(value, place, "a rule") then return nil end
  local line = check.line(value) or place.line
  local at = check.inside(place, line, type(value.id) == "string" and ("rule '%s'"):format(value.id) or "rule")
  local v = check.read(check.entry "accountability_rule", value, at)
  if not v.bad and not v.answers and not v.leads then
    return check.error(at, "nobody answers: say answers = { ... }, leads = { ... } or both")
  end
  if v.bad then return nil end
  return { id = v.id, title = v.title, owner = v.owner, on = v.on, when = v.when or {}, answers = v.answers or {}, leads = v.leads or {},
           consequence = v.consequence, confirm_by = v.confirm_by, appeal_within = v.appeal_within, start = v.start,
           file = place.file, line = line }
end

-- Several files may each declare some; an id stands once in all of them.
function words.accountability(normal, declared)
  local place = declared.place
  for _, key in ipairs(check.order(declared.body)) do
    local at = check.at(place, check.line(declared.body, key))
    if math.type(key) ~= "integer" then
      check.error(at, "unknown key '%s'; a rule is { id = ..., on = ..., answers = ... }", tostring(key))
    else
      local rule = rule_of(declared.body[key], at)
      if rule and check.declare("rule", rule.id, check.place(place.file, rule.line)) then
        normal.accountability[#normal.accountability + 1] = rule
      end
    end
  end
end

return words
