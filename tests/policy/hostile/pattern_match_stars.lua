-- source: https://github.com/LuaJIT/LuaJIT/issues/396
-- place: guard
-- outcome: fault string.match: more work on texts and tables than one call may do
return ("a"):rep(1000):match(("a.*"):rep(10) .. "b")
