-- source: https://github.com/HackTricks-wiki/hacktricks/pull/1508
-- place: guard
-- outcome: fault unknown word 'loadfile'
return loadfile "/etc/passwd"
