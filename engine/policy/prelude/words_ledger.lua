-- The word ledger: an append-only record of amounts, one account a record of another type. Its entries' fields are the engine's own
-- (engine/domain/ledger.c): what stands here is whose accounts, which kinds, and the number's form.
local use = ...
local nodes, check, types = use "nodes", use "check", use "types"
local kinds = check.kinds
local words = {}

-- A vocabulary by its name, as a word or as a text: the names of its items.
function kinds.vocabulary(value, place, label)
  local node = nodes.of(value)
  local name = node and not node.called and node.word or value
  if type(name) ~= "string" then return check.wrong(value, place, label, "the name of choices") end
  if types.vocabularies[name] then return types.vocabularies[name] end
  local names = {}
  for known in next, types.vocabularies do names[#names + 1] = known end
  table.sort(names)
  check.error(place, "%s: there are no choices '%s'%s", label, name, check.guess(name, names))
end

function words.ledger(normal, declared)
  local place = declared.place
  local v = check.read(check.entry "ledger", declared.body, place)
  -- entries are records of this name
  if not check.declare("record", declared.name, place) or v.bad then return end
  normal.ledgers[#normal.ledgers + 1] = { name = declared.name, title = v.title, of = v.of, number = v.number, items = v.kinds,
                                          file = place.file, line = place.line }
end

return words
