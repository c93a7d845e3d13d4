-- A policy that was judged before by this very program: only its functions are made again, from the texts that the scanner made then
-- (its marks are not needed any more). No word is checked here; what does not fit is an error, and the policy is loaded as usual.
local use, host = ...
local nodes, runtime, purity = use "nodes", use "runtime", use "purity"
local kept = {}

local LIST_DEPTH_MAX = 8

-- Remembers the workflows among what a file returned: name -> body.
local function bodies_of(value, found, depth)
  local node = nodes.of(value)
  if node then
    if node.word == "workflow" and node.args[1] then found[node.args[1]] = node.args[2] end
  elseif type(value) == "table" and depth <= LIST_DEPTH_MAX then
    for _, member in next, value do bodies_of(member, found, depth + 1) end
  end
end

local function no_marks(_, tbl) return tbl end

-- Runs one file; gives its workflows and what ends its loading.
local function run_file(file, text)
  local environment, close = runtime.environment(function(word) return nodes.symbol(word, file, 0) end, false)
  local chunk = assert(host.load(text, "@" .. file, environment))
  local found = {}
  nodes.begin()
  bodies_of({ chunk(no_marks) }, found, 1)
  nodes.finish()
  return found, close
end

-- texts: file -> text; workflows: of the normal form; described: of the functions. Gives { functions, cells }.
function kept.load(texts, workflows, described)
  local files, closers, functions, entries = {}, {}, {}, {}
  for _, workflow in ipairs(workflows) do
    local file = workflow.file
    if not files[file] then
      files[file], closers[#closers + 1] = run_file(file, texts[file])
    end
    local body = files[file][workflow.name]
    for _, list in ipairs { "guards", "actions" } do
      for _, item in ipairs(workflow[list]) do
        local fn = body[list][item.name]
        assert(type(fn) == "function" and not functions[item.fn])
        functions[item.fn] = fn
      end
    end
  end
  assert(#functions == #described)
  for _, close in ipairs(closers) do close() end
  for i, fn in ipairs(functions) do entries[i] = { fn = fn, what = described[i].what, file = described[i].file, line = described[i].line } end
  return { functions = functions, cells = purity.cells(entries, error) }
end

return kept
