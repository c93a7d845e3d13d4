-- source: found here: the same while a file is loaded
-- place: file
-- outcome: finding string.rep: more work on texts and tables than one call may do
return { (""):rep(math.maxinteger) }
