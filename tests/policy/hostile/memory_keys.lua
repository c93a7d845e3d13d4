-- source: https://github.com/Lunderberg/lua-bindings/blob/master/tests/TestSandbox.cc
-- place: guard
-- outcome: fault uses more memory than one call may take|takes more instructions than it may (an endless loop?)
local t, i = {}, 1
while true do
  t[i] = i
  i = i + 1
end
