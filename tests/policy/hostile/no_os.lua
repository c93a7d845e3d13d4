-- source: https://github.com/HackTricks-wiki/hacktricks/pull/1508
-- place: guard
-- outcome: fault unknown word 'os'
return os.execute "id"
