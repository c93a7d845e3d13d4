-- source: found here: the words of the language are shared by all functions of a policy
-- place: guard
-- outcome: refused
set.x = 1
return true
