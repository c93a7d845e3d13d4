-- source: https://github.com/wiremod/wire/issues/1971
-- place: guard
-- outcome: fault takes longer than it may|takes more instructions than it may (an endless loop?)
local s = ("x"):rep(60000)
local a, b = s .. s, s .. s
while a == b do end
return true
