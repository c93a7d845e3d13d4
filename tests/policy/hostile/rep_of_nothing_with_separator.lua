-- source: found here: the same with an empty separator
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
return string.rep("", 1 << 40, "") == ""
