-- source: found here: a message becomes a finding
-- place: file
-- outcome: refused
error("\xff\xfe", 0)
