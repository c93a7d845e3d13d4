-- source: found here: tried by an attacker, and held
-- place: guard
-- outcome: refused
error('\27]0;x\7\xc2\x9b2J\u{202e}')
