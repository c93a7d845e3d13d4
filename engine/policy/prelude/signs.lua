-- Signs that look right and are not: what a word processor or a Chinese keyboard puts where the rules want a plain quote, comma or
-- bracket. Lua names such a sign by its first byte ("unexpected symbol near '<\226>'"), which tells nobody what to write instead.
--
-- It is asked only where Lua could not read the file, so texts and remarks may hold whatever they like.

local _, host = ...
local signs = {}

local INSTEAD = {
  ["“"] = '"', ["”"] = '"', ["„"] = '"', ["«"] = '"', ["»"] = '"', ["‘"] = '"', ["’"] = '"', ["「"] = '"', ["」"] = '"',
  ["，"] = ",", ["、"] = ",", ["；"] = ",", ["。"] = ".", ["【"] = "[", ["】"] = "]", ["–"] = "-", ["—"] = "-", ["−"] = "-",
  ["："] = "=", ["…"] = "..",
}
local BLANKS = { ["\u{a0}"] = true, ["\u{3000}"] = true, ["\u{200b}"] = true, ["\u{feff}"] = true }
-- Full-width letters, digits and signs lie in the order of ASCII, so far behind it.
local WIDE_FIRST, WIDE_LAST, WIDE_BEHIND = 0xff01, 0xff5e, 0xfee0

local function sentence(sign)
  local code = utf8.codepoint(sign)
  if BLANKS[sign] then return "there is a blank here that only looks like one: write an ordinary blank instead" end
  local instead = INSTEAD[sign] or code >= WIDE_FIRST and code <= WIDE_LAST and utf8.char(code - WIDE_BEHIND)
  if instead then return ("'%s' is no sign of the rules' language: write %s instead"):format(sign, instead) end
  return ("'%s' stands outside of a text: texts stand between \" and \""):format(sign)
end

local function count(text, sign, from, to)
  return select(2, text:sub(from, to):gsub(sign, ""))
end

--- signs.find(text) -> the line and what is wrong there, of the first such sign outside of texts and remarks; nil: there is none.
function signs.find(text)
  local lame -- the line of a text that a quote of this kind was to end: it goes on to the next plain one
  for kind, start, stop, line in host.tokens(text) do
    if kind == "op" and text:byte(start) >= 0x80 then return line, sentence(text:match(utf8.charpattern, start)) end
    if kind == "string" and not lame and count(text, "“", start, stop) < count(text, "”", start, stop) then lame = line end
    if kind == "end" or kind == "bad" then break end
  end
  if lame then return lame, "'”' ends no text: write \" instead" end
end

--- What Lua said, with what is most often behind it.
function signs.hint(message)
  if message:find("^[^\n]-:%d+: '}' expected .*near '?[{%w]") or message:find("^[^\n]-:%d+: '}' expected .*near '\"") then
    return message .. "; is a comma missing in front of it?"
  end
  if message:find "^[^\n]-:%d+: unfinished string " then return message .. "; a text ends with the plain \" with which it began" end
  return message
end

return signs
