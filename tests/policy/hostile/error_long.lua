-- source: found here: a message goes into a reply and into the log
-- place: guard
-- outcome: refused
error(("long "):rep(20000), 0)
