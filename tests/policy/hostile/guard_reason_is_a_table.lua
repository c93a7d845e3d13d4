-- source: found here: the same for its reason
-- place: guard
-- outcome: refused
return false, {}
