-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault bad argument #1 to 'error' (string expected, got table)
error({})
