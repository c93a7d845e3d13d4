-- source: https://github.com/blueshank-gh/plugin_crashcapture/issues/33
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
string.gsub("aaa", "a", function() while true do end end)
return true
