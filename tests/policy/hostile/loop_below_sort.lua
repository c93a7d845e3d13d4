-- source: https://github.com/blueshank-gh/plugin_crashcapture/issues/33
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
table.sort({ 1, 2, 3 }, function() while true do end end)
return true
