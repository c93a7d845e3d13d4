-- source: https://github.com/ceifa/wasmoon/issues/45
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
return ("a"):rep(10000):find(".-.-.-.-b$")
