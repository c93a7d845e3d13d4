-- source: https://github.com/HackTricks-wiki/hacktricks/pull/1508
-- place: guard
-- outcome: fault unknown word 'package'
return package.loadlib("libc.so.6", "system")
