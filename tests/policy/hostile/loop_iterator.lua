-- source: https://github.com/blueshank-gh/plugin_crashcapture/issues/33
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
for k in function() return 1 end do end
return true
