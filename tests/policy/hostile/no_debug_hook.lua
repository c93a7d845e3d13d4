-- source: https://github.com/pkulchenko/serpent/issues/15
-- place: guard
-- outcome: fault unknown word 'debug'
return debug.sethook()
