-- source: https://gist.github.com/corsix/6575486
-- place: bytecode
-- outcome: finding is bytecode; a policy file is text
R
