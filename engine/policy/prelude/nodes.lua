-- Nodes: what an unknown word becomes while a file is loaded. A word alone is a symbol; a called word remembers its arguments.
--   reference "customer" { required = true }   is   { word = "reference", args = { "customer", {...} }, file, line }
-- What a node holds is kept beside it, so that company code can neither read nor change it.
local _, host = ...

local nodes = {}
local data = setmetatable({}, { __mode = "k" })
local created -- called nodes of the file that is being loaded, in order; nil: no file is

local meta = { __metatable = false }
local NONE = {} -- the arguments of a symbol

local function new(node)
  local handle = setmetatable({}, meta)
  data[handle] = node
  return handle
end

local function complain(handle)
  local node = data[handle]
  error(("unknown word '%s' (missing quotes?)"):format(node.word), 0)
end

for _, event in ipairs { "index", "newindex", "add", "sub", "mul", "div", "mod", "pow", "unm", "idiv", "band", "bor", "bxor", "bnot", "shl", "shr",
                         "concat", "len", "lt", "le" } do
  meta["__" .. event] = function(a, b) complain(data[a] and a or b) end
end

function meta.__call(handle, ...)
  local node = data[handle]
  if not created then complain(handle) end
  local args = table.move(node.args, 1, node.count, 1, {})
  local count = node.count + select("#", ...)
  for i = 1, select("#", ...) do args[node.count + i] = (select(i, ...)) end
  local made = { word = node.word, args = args, count = count, file = node.file, line = node.line, called = true }
  local called = new(made)
  node.used = true
  created[#created + 1] = made
  return called
end

-- The symbol of an unknown word.
function nodes.symbol(word, file, line)
  return new { word = word, args = NONE, count = 0, file = file, line = line }
end

-- The node behind a value, or nil.
function nodes.of(value)
  return type(value) == "table" and data[value] or nil
end

-- Between begin and finish, calls of words are taken down.
function nodes.begin() created = {} end
function nodes.finish()
  local list = created
  created = nil
  return list
end

-- Makes a called node, as if a file had written it.
function nodes.make(like, args)
  return new { word = like.word, args = args, count = #args, file = like.file, line = like.line, called = true }
end

return nodes
