-- source: https://github.com/lua/lua/blob/master/testes/strings.lua
-- place: guard
-- outcome: fault string.format: more work on texts and tables than one call may do
local s = ("\0"):rep(60000)
while true do string.format("%q", s) end
