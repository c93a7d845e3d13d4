-- source: https://github.com/mozilla-services/lua_sandbox/blob/dev/src/test/lua/errors.lua
-- place: file
-- outcome: finding makes a text that is longer than any may be
local s = "x"
while true do s = s .. s end
return {}
