-- source: found here: the library goes round once for each, even of an empty text
-- place: guard
-- outcome: fault string.rep: more work on texts and tables than one call may do
return ("").rep("", math.maxinteger) == ""
