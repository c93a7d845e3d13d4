-- source: found here: a message goes into a reply that is JSON
-- place: guard
-- outcome: refused
error("\xff\xfe\n\27[2J{\"level\":\"audit\"}", 0)
