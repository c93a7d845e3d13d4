-- source: https://github.com/kikito/lua-sandbox/blob/master/spec/sandbox_spec.lua
-- place: file
-- outcome: finding takes more instructions than it may (an endless loop?)
while true do end
return {}
