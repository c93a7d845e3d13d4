-- source: https://github.com/kikito/lua-sandbox/blob/master/spec/sandbox_spec.lua
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
return string.rep("x", 1e9) == ""
