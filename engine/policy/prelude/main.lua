-- The prelude's doors: load and load_import. Each gives { findings, normal, described, functions, cells, texts }.
--
--   scan (lines, order) ─▶ run the file (nodes) ─▶ collect declarations ─▶ vocabularies first, then the rest ─▶ normal form
--
-- A file that can't be run is one finding; the others are still judged, so that everything wrong is said at once.
local use, host = ...
local scanner, signs, nodes, check = use "scanner", use "signs", use "nodes", use "check"
local runtime, purity, schema = use "runtime", use "purity", use "schema"
local base, data, time = use "words_base", use "words_data", use "words_calendar"
local workflow, tests = use "words_workflow", use "tests"

local main = {}

local handlers = {}
for _, module in ipairs { base, data, time, use "words_ledger", use "words_views", use "words_answers" } do
  for word, handler in pairs(module) do handlers[word] = handler end
end
handlers.workflow, handlers.ladder = workflow.workflow, workflow.ladder

local NAMED, UNNAMED, WORDS = {}, {}, {}
for _, entry in ipairs(schema.words) do
  if entry.role == "declaration" then
    (entry.form:find('"', 1, true) and NAMED or UNNAMED)[entry.word] = true
    WORDS[#WORDS + 1] = entry.word
  end
end
-- What a declaration's name may look like; a test's is a sentence.
local NAME_KINDS = { decision = "dotted", ladder = "dotted", template = "dotted", test = "text" }

-- ---- running a file ----

-- "rules/x.lua:3: why" is split; a message without a place stands for the file.
local function report_message(file, message)
  message = tostring(message)
  local line, text = message:match("^[^\n]-:(%d+): (.*)$")
  check.error(check.place(file, math.tointeger(tonumber(line)) or 0), "%s", text or message)
end

local function tag_for(scan)
  return function(number, tbl)
    check.marks[tbl] = scan.marks[number]
    return tbl
  end
end

local closers = {}
local texts = {} -- file -> what the scanner made of it

-- Loads and runs one file. Gives what it returned and the nodes that it made, or nil.
local function run_file(source, is_import)
  local file, text = source.path, source.text
  if text:sub(1, 1) == "\27" then return check.error(check.place(file, 0), "is bytecode; a policy file is text") end
  if not host.is_text(text) then return check.error(check.place(file, 0), "is not UTF-8 text") end
  if text:sub(1, 3) == "\xEF\xBB\xBF" then text = text:sub(4) end
  local environment, close = runtime.environment(function(word)
    return nodes.symbol(word, file, host.line(2))
  end, is_import)
  local plain, message = host.load(text, "@" .. file, environment)
  local scan = scanner.scan(text, file)
  for _, problem in ipairs(scan.problems) do check.error(check.place(file, problem.line), "%s", problem.text) end
  if scan.forbidden then return nil end
  if not plain then
    local line, wrong = signs.find(text)
    if line then check.error(check.place(file, line), "%s", wrong) end
    if not line and #scan.problems == 0 then report_message(file, signs.hint(message)) end
    return nil
  end
  local chunk, other = host.load(scan.text, "@" .. file, environment)
  if not chunk then return report_message(file, other) end
  texts[file] = scan.text
  nodes.begin()
  local results = table.pack(host.pcall(chunk, tag_for(scan)))
  local made = nodes.finish()
  closers[#closers + 1] = close
  if not results[1] then return report_message(file, results[2]) end
  return table.move(results, 2, results.n, 1, {}), made, results.n - 1
end

-- ---- collecting declarations ----

local declared = {} -- in the order of files and of each file's list

local function body_of(node, place)
  local name, body = nil, node.args[1]
  if NAMED[node.word] then
    name, body = node.args[1], node.args[2]
    if type(name) ~= "string" then
      return check.error(place, "%s needs a name behind it: %s", node.word, check.entry(node.word).form)
    end
  end
  if node.count > (NAMED[node.word] and 2 or 1) then
    return check.error(place, "too many things behind '%s'", node.word)
  end
  if type(body) ~= "table" or nodes.of(body) then
    return check.error(place, "%s needs a table behind it: %s", node.word, check.entry(node.word).form)
  end
  return name or false, body
end

local function collect_node(node, words)
  node.collected = true
  local place = check.place(node.file, node.line)
  if not NAMED[node.word] and not UNNAMED[node.word] then
    if check.is_word(node.word) then
      check.error(place, "'%s' is no declaration; a file returns declarations such as %s", node.word, check.entry(words[1]).form)
    else
      check.unknown_word(node, words)
    end
    return
  end
  if not words[node.word] then return check.error(place, "'%s' can't be declared here%s", node.word, node.word == "import" and ": imports stand in scripts/import/" or "") end
  local name, body = body_of(node, place)
  if name == nil then return end
  if name and not check.kinds[NAME_KINDS[node.word] or "name"](name, place, node.word) then return end
  local what = name and ("%s '%s'"):format(node.word, name) or node.word
  declared[#declared + 1] = { word = node.word, name = name, body = body, place = check.place(node.file, node.line, what) }
end

local LIST_DEPTH_MAX = 8

local function collect(value, file, line, words, depth)
  local node = nodes.of(value)
  if node then return collect_node(node, words) end
  local place = check.place(file, line)
  if depth > LIST_DEPTH_MAX then return check.error(place, "lists of declarations are nested too deep") end
  if type(value) ~= "table" then
    return check.error(place, "a file returns declarations, not %s", check.describe(value))
  end
  for _, key in ipairs(check.order(value)) do
    if math.type(key) ~= "integer" then
      check.error(check.place(file, check.line(value, key) or line), "unknown key '%s': a file returns a declaration or a list of them", tostring(key))
    else
      collect(value[key], file, check.line(value, key) or line, words, depth + 1)
    end
  end
end

-- Marks every node that can be reached from what a file returned.
local function reach(value, seen)
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  local node = nodes.of(value)
  if node then
    node.inside = true
    for i = 1, node.count do reach(node.args[i], seen) end
    return
  end
  for _, member in next, value do reach(member, seen) end
end

-- Words that were called but lead nowhere: a test may stand alone, anything else was forgotten.
local function collect_leftovers(made, words, errors_before)
  for _, node in ipairs(made) do
    if node.word == "test" and not node.used and not node.collected and words.test then
      collect_node(node, words)
      for i = 1, node.count do reach(node.args[i], {}) end
    end
  end
  for _, node in ipairs(made) do
    if not node.used and not node.inside and not node.collected and #check.findings == errors_before then
      if NAMED[node.word] or UNNAMED[node.word] then
        check.error(check.place(node.file, node.line), "%s is not returned (missing 'return'?)", node.word)
      elseif not check.is_word(node.word) then
        check.error(check.place(node.file, node.line), "'%s' leads nowhere: a file only returns its declarations", node.word)
      end
    end
  end
end

local function load_file(source, words, is_import)
  local errors_before = #check.findings
  local returned, made, count = run_file(source, is_import)
  if not returned then return end
  if count == 0 and #made == 0 then
    return check.error(check.place(source.path, 0), "returns nothing; a file returns its declarations")
  end
  for i = 1, count do
    collect(returned[i], source.path, 1, words, 1)
    reach(returned[i], {})
  end
  collect_leftovers(made, words, errors_before)
end

-- ---- putting the normal form together ----

local function sort_findings()
  table.sort(check.findings, function(a, b)
    if a.file ~= b.file then return a.file < b.file end
    if a.line ~= b.line then return a.line < b.line end
    return a.number < b.number
  end)
  local list = {}
  for i, finding in ipairs(check.findings) do
    list[i] = { file = finding.file, line = finding.line, text = finding.text, warning = finding.warning or false }
  end
  return list
end

local function has_errors()
  for _, finding in ipairs(check.findings) do
    if not finding.warning then return true end
  end
  return false
end

-- The texts of the files that have workflows: from them functions are made again (kept.lua).
local function texts_of(normal)
  local needed = {}
  for _, one in ipairs(normal.workflows or {}) do needed[one.file] = texts[one.file] end
  return check.map(needed)
end

local function finish(normal)
  for _, close in ipairs(closers) do close() end
  local cells = purity.cells(workflow.functions, function(entry, text) check.error(check.place(entry.file, entry.line), "%s", text) end)
  if has_errors() then
    return { findings = sort_findings(), described = {}, functions = {}, cells = {}, texts = {} }
  end
  local described, functions = {}, {}
  for i, entry in ipairs(workflow.functions) do
    functions[i] = entry.fn
    described[i] = { kind = entry.kind, what = entry.what, file = entry.file, line = entry.line, has_cells = cells[i].length > 0 }
  end
  return { findings = sort_findings(), normal = normal, described = described, functions = functions, cells = cells, texts = texts_of(normal) }
end

local function set_of(words)
  for _, word in ipairs(words) do words[word] = true end
  return words
end

-- Words in the order in which they need each other: types before what uses them, the company before its calendars.
local ORDER = { "choices", "company", "holidays", "organisation", "calendar", "record", "ledger", "form", "decision", "authority", "ladder", "workflow", "template", "accountability", "view", "report", "schedule" }

function main.load(sources)
  local words = {}
  for _, word in ipairs(WORDS) do
    if word ~= "import" then words[#words + 1] = word end
  end
  set_of(words)
  for _, source in ipairs(sources) do load_file(source, words, false) end
  local normal = { choices = {}, templates = {}, accountability = {}, views = {}, reports = {}, ledgers = {}, calendars = {}, roles = {}, units = {}, accounts = {}, records = {}, forms = {}, decisions = {},
                   authority = {}, workflows = {}, schedules = {}, tests = {} }
  local gathered = { holidays = {}, calendars = {}, finish = {} }
  local type_names, promises = {}, {}
  for _, word in ipairs(ORDER) do
    for _, item in ipairs(declared) do
      local unique = item.word ~= word or not item.name or word == "holidays" or check.declare(word, item.name, item.place)
      if item.word == word and unique then
        if word == "record" then type_names[#type_names + 1] = item.name end
        handlers[word](normal, item, gathered)
      end
    end
  end
  for _, item in ipairs(declared) do
    if item.word == "test" and check.declare("test", item.name, item.place) then promises[#promises + 1] = item end
  end
  tests.read(normal, promises, type_names)
  for _, step in ipairs(gathered.finish) do step() end
  return finish(normal)
end

function main.load_import(sources)
  load_file(sources[1], set_of { "import" }, true)
  local first = declared[1]
  if #declared ~= 1 then
    if not has_errors() then check.error(check.place(sources[1].path, 0), "an import file returns one import") end
    return finish()
  end
  local v = check.read(check.entry "import", first.body, first.place)
  local normal = { name = first.name, type = v.type, zone = v.zone, columns = v.columns, file = first.place.file, line = first.place.line }
  for _, key in ipairs { "row", "order" } do
    local at = check.at(first.place, check.line(first.body, key))
    if v[key] then normal[key == "row" and "fn" or key] = workflow.add_function(v[key], "import", ("import '%s'"):format(first.name), at) end
  end
  return finish(normal)
end

return main
