-- source: https://github.com/wiremod/wire/issues/2261
-- place: guard
-- outcome: refused
local s = ""
while true do s = s .. "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" end
