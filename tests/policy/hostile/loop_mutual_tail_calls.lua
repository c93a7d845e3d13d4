-- source: https://github.com/lua/lua/blob/master/testes/calls.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
local h
local function g() return h() end
function h() return g() end
return g()
