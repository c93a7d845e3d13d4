-- The scanner: reads a policy file as text, before Lua does, for what running it would lose: the line and the order of every key
-- and item, where functions stand, and which words occur in them.
--
-- It gives back the text with each table constructor outside functions wrapped in a call that ties the table to its marks:
--   { a = 1 }  becomes  (__rd_tag(17,{ a = 1 }))      lines stay where they are
-- It judges no grammar: what it cannot follow it leaves alone, and Lua's own message tells what is wrong. It looks at each
-- byte once or twice, whatever the text is.

local find, sub, byte = string.find, string.sub, string.byte
local scanner = {}

local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch("%a+") do
  KEYWORDS[word] = true
end
scanner.keywords = KEYWORDS

-- Counts the line ends in src[from..to] as Lua does: \r\n and \n\r are one.
local function lines_in(src, from, to)
  local count, at = 0, find(src, "[\r\n]", from)
  while at and at <= to do
    count = count + 1
    local a, b = byte(src, at, at + 1)
    at = find(src, "[\r\n]", at + ((b == 10 or b == 13) and b ~= a and 2 or 1))
  end
  return count
end

-- The end of the short string that begins at `pos`, and the lines in it; nil where it has no end.
local function short_string_end(src, pos)
  local quote = sub(src, pos, pos)
  local at = pos + 1
  while true do
    at = find(src, "[\\\r\n" .. quote .. "]", at)
    if not at then return nil end
    local c = sub(src, at, at)
    if c == quote then return at end
    if c ~= "\\" then return nil end
    if sub(src, at + 1, at + 1) == "z" then
      local _, stop = find(src, "^%s*", at + 2)
      at = stop + 1
    elseif find(src, "^\r\n", at + 1) or find(src, "^\n\r", at + 1) then
      at = at + 3
    else
      at = at + 2
    end
  end
end

-- Gives the tokens of src[from..to], one a call: kind, start, end, line. Kinds: name, keyword, string, number, op, end, bad.
function scanner.tokens(src, from, to)
  local pos, line = from or 1, 1
  to = to or #src
  return function()
    while true do
      local _, blank = find(src, "^[ \t\f\v]+", pos)
      if blank then pos = blank + 1 end
      if pos > to then return "end", pos, pos - 1, line end
      local c, d = byte(src, pos, pos + 1)
      if c == 10 or c == 13 then
        pos = pos + ((d == 10 or d == 13) and d ~= c and 2 or 1)
        line = line + 1
      elseif c == 45 and d == 45 then
        local _, open, level = find(src, "^%[(=*)%[", pos + 2)
        if open then
          local _, close = find(src, "]" .. level .. "]", open + 1, true)
          if not close then return "bad", pos, to, line end
          line = line + lines_in(src, pos, close)
          pos = close + 1
        else
          pos = find(src, "[\r\n]", pos) or to + 1
        end
      else
        break
      end
    end
    local start, at_line = pos, line
    local _, stop = find(src, "^[%a_][%w_]*", pos)
    if stop then
      pos = stop + 1
      return KEYWORDS[sub(src, start, stop)] and "keyword" or "name", start, stop, at_line
    end
    _, stop = find(src, "^%.?%d[%w_.]*", pos)
    if stop then
      pos = stop + 1
      return "number", start, stop, at_line
    end
    local c = byte(src, pos)
    if c == 34 or c == 39 then
      stop = short_string_end(src, pos)
    else
      local _, open, level = find(src, "^%[(=*)%[", pos)
      if not open then
        _, stop = find(src, "^[=~<>]=", pos)
        stop = stop or select(2, find(src, "^%.%.%.?", pos)) or pos
        pos = stop + 1
        return "op", start, stop, at_line
      end
      _, stop = find(src, "]" .. level .. "]", open + 1, true)
    end
    if not stop then
      pos = to + 1
      return "bad", start, to, at_line
    end
    line = line + lines_in(src, start, stop)
    pos = stop + 1
    return "string", start, stop, at_line
  end
end

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
  local _, value = find(scan.src, "^[^=]*=%s*", start)
  if type(key) == "string" and find(scan.src, "^[%a_]", (value or 0) + 1) then
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
  local next_token = scanner.tokens(src)
  while true do
    local kind, start, stop, line = next_token()
    if kind == "end" or kind == "bad" then break end
    local word = kind == "string" and "" or sub(src, start, stop)
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
    local next_token = scanner.tokens(scan.src, first, last)
    while true do
      local kind, start, stop = next_token()
      if kind == "end" or kind == "bad" then return end
      local word = sub(scan.src, start, stop)
      if kind == "string" then
        seen[string_content(word)] = true
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
