-- source: http://lua-users.org/wiki/SandBoxes
-- place: guard
-- outcome: fault unknown word 'io'
return io.open "/etc/passwd"
