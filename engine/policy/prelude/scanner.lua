-- The scanner: reads a policy file as text, before Lua does, for what running it would lose: the line and the order of every key
-- and item, where functions stand, and which words occur in them.
--
-- It gives back the text with each table constructor outside functions wrapped in a call that ties the table to its marks:
--   { a = 1 }  becomes  (__rd_tag(17,{ a = 1 }))      lines stay where they are
-- It judges no grammar: what it cannot follow it leaves alone, and Lua's own message tells what is wrong. It looks at each
-- byte once or twice, whatever the text is.

local _, host = ...
local find, sub = string.find, string.sub
local scanner = {}

-- tokens(src, from, to): an iterator over the tokens of src[from..to]: kind, start, end, line, word (nil for strings). Kinds: name,
-- keyword, string, number, op, end, bad.
local tokens = host.tokens

-- What a string token says, as far as names are concerned (escapes are left as they are).
local function string_content(text)
  local _, open = find(text, "^%[=*%[")
  if open then return sub(text, open + 1, -open - 1) end
  return sub(text, 2, -2)
end

-- ---- inside functions ----

local OPENERS = { ["function"] = true, ["if"] = true, ["do"] = true, ["repeat"] = true }
local CLOSERS = { ["end"] = true, ["until"] = true }

-- Follows the tokens of one function to its end: block depth, its own names, assignments to the file's locals, and
-- `set { x = nil }`, which means "clear x".
local function function_follower(scan)
  local self = { depth = 0, own = {}, brackets = {}, naming = false, last = "", last_kind = "" }

  local function note_name(word, kind)
    if not self.naming then return end
    if kind == "name" and self.last_kind ~= "name" then
      self.own[word] = true
    elseif word ~= "," and word ~= "(" and word ~= "function" and word ~= "." and word ~= ":" then
      self.naming = false
    end
  end

  local function assigns(word, stop)
    if self.own[word] or not scan.locals[word] or self.brackets[#self.brackets] == "{" then return false end
    if self.last == "." or self.last == ":" or self.last == "local" then return false end
    return find(scan.src, "^%s*=[^=]", stop + 1) ~= nil
  end

  local function brackets(word)
    if word == "{" then
      self.brackets[#self.brackets + 1] = (self.last == "set" and self.last_kind == "name") and "{set" or "{"
    elseif word == "(" or word == "[" then
      self.brackets[#self.brackets + 1] = word
    elseif word == "}" or word == ")" or word == "]" then
      self.brackets[#self.brackets] = nil
    end
  end

  -- Returns true where the function ends.
  function self.token(kind, word, start, stop, line)
    note_name(word, kind)
    if kind == "keyword" then
      if OPENERS[word] then self.depth = self.depth + 1 end
      if CLOSERS[word] then self.depth = self.depth - 1 end
      if word == "function" or word == "local" or word == "for" then self.naming = true end
      if word == "nil" and self.last == "=" and self.brackets[#self.brackets] == "{set" and find(scan.src, "^%s*[,;}]", stop + 1) then
        scan.emit(start, stop, "empty")
      end
    elseif kind == "name" then
      if self.brackets[#self.brackets] ~= "{set" and assigns(word, stop) then
        scan.problem(line, ("a function changes '%s', which outlives the call: functions must be pure"):format(word))
      end
    elseif kind == "op" then
      brackets(word)
    end
    self.last, self.last_kind = word, kind
    return self.depth == 0
  end

  return self
end

-- ---- the file ----

-- One constructor's marks. There are many of them, so what can be told from the rest is left out:
--   { scan, line, order = { key or index }, lines = { key or index = line } unless all are on `line`, spans = { key = { from, to } } }
local function constructor_mark(scan, line)
  local mark = { scan = scan, line = line, order = {} }
  scan.marks[#scan.marks + 1] = mark
  return mark
end

local function item_begins(scan, frame, kind, word, start, stop, line)
  frame.fresh = false
  local mark, key = frame.mark, nil
  if (kind == "name" or kind == "keyword") and find(scan.src, "^%s*=[^=]", stop + 1) then
    key = word
    if kind == "keyword" then scan.problem(line, ("'%s' is a word of Lua and can't be a key"):format(word)) end
  elseif word == "[" then
    local _, _, _, text = find(scan.src, "^%[%s*([\"'])([^\"'\\\r\n]*)%1%s*%]%s*=[^=]", start)
    if not text then return end
    key = text
  end
  if not key then
    frame.count = frame.count + 1
    key = frame.count
  elseif frame.seen[key] then
    scan.problem(line, ("the key '%s' is given twice"):format(key))
    return
  end
  frame.seen[key] = true
  if line ~= mark.line then
    mark.lines = mark.lines or {}
    mark.lines[key] = line
  end
  mark.order[#mark.order + 1] = key
  if type(key) ~= "string" then return end
  local _, value = find(scan.src, "^[^=]*=%s*", start)
  if find(scan.src, "^[%a_]", (value or 0) + 1) then
    mark.spans = mark.spans or {}
    frame.span = { value + 1, value + 1 }
    mark.spans[key] = frame.span
  end
end

local function item_ends(frame, start)
  if frame.span then frame.span[2] = start - 1 end
  frame.span, frame.fresh = nil, true
end

-- Takes the names of a `local` statement of the file; the statement's text goes on to the next one.
local function local_statement(scan, kind, word, start)
  local statement = scan.statement
  if kind == "keyword" and (word == "local" or word == "return") then
    if statement then statement[2] = start - 1 end
    scan.statement = word == "local" and { start, #scan.src } or nil
    scan.naming = word == "local"
    return
  end
  if not scan.naming then return end
  if kind == "name" and scan.last_kind ~= "name" then
    scan.locals[word] = statement
  elseif word ~= "," and word ~= "function" and word ~= "<" and word ~= ">" then
    scan.naming = false
  end
end

-- One token outside functions.
local function file_token(scan, kind, word, start, stop, line)
  local frames = scan.frames
  local frame = frames[#frames]
  if frame and frame.mark and frame.fresh and word ~= "}" then
    item_begins(scan, frame, kind, word, start, stop, line)
  end
  if #frames == 0 then local_statement(scan, kind, word, start) end
  if kind ~= "op" then return end
  if word == "{" then
    local mark = constructor_mark(scan, line)
    frames[#frames + 1] = { mark = mark, fresh = true, open = "{", count = 0, seen = {} }
    scan.emit(start, stop, "(__rd_tag(" .. #scan.marks .. ",{")
  elseif word == "(" or word == "[" then
    frames[#frames + 1] = { open = word }
  elseif word == "}" or word == ")" or word == "]" then
    if not frame then return end
    if word == "}" and frame.mark then
      item_ends(frame, start)
      scan.emit(start, stop, "}))")
    end
    frames[#frames] = nil
  elseif (word == "," or word == ";") and frame and frame.mark then
    item_ends(frame, start)
  end
end

-- Scans a file. Gives { src, file, text (to be run), marks, locals = { name = { from, to } }, problems = { { line, text } } }.
function scanner.scan(src, file)
  local pieces, copied = {}, 1
  local scan = { src = src, file = file, marks = {}, locals = {}, frames = {}, problems = {}, last_kind = "" }
  function scan.problem(line, text) scan.problems[#scan.problems + 1] = { line = line, text = text } end
  function scan.emit(start, stop, text)
    pieces[#pieces + 1] = sub(src, copied, start - 1)
    pieces[#pieces + 1] = text
    copied = stop + 1
  end
  local inside
  local next_token = tokens(src)
  while true do
    local kind, start, stop, line, word = next_token()
    if kind == "end" or kind == "bad" then break end
    word = word or ""
    if kind == "name" and (word == "_ENV" or find(word, "^__rd_")) then
      scan.problem(line, ("unknown word '%s'"):format(word))
      scan.forbidden = true
    end
    if not inside and word == "function" then
      if #scan.frames > 0 or not scan.naming then -- an item may begin with it
        file_token(scan, kind, word, start, stop, line)
      end
      inside = function_follower(scan)
      inside.local_name = #scan.frames == 0 and scan.naming
      inside.token(kind, word, start, stop, line)
    elseif inside then
      if inside.local_name and kind == "name" then scan.locals[word] = scan.statement end
      inside.local_name = false
      if inside.token(kind, word, start, stop, line) then
        inside = nil
        scan.naming = false
      end
    else
      file_token(scan, kind, word, start, stop, line)
    end
    scan.last_kind = kind
  end
  pieces[#pieces + 1] = sub(src, copied)
  scan.text = "local __rd_tag = ...; " .. table.concat(pieces)
  return scan
end

-- The names and texts that occur in src[from..to], also through the file's locals that are named there: a sorted list.
function scanner.words_of(scan, from, to)
  local seen, named, done = {}, {}, {}
  local function take(first, last)
    local next_token = tokens(scan.src, first, last)
    while true do
      local kind, start, stop, _, word = next_token()
      if kind == "end" or kind == "bad" then return end
      if kind == "string" then
        seen[string_content(sub(scan.src, start, stop))] = true
      elseif kind == "name" and not named[word] then
        seen[word], named[word] = true, true
        local span = scan.locals[word]
        if span and not done[span] then
          done[span] = true
          take(span[1], span[2])
        end
      end
    end
  end
  take(from, to)
  local words = {}
  for word in pairs(seen) do
    if #word > 0 and #word <= 64 then words[#words + 1] = word end
  end
  table.sort(words)
  return words
end

return scanner
