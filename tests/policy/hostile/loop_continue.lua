-- source: https://github.com/lua/lua/blob/master/testes/goto.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
repeat
  local x = f
  goto continue
  ::continue::
until not x
