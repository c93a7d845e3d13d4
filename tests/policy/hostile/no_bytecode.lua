-- source: https://github.com/erezto/lua-sandbox-escape/blob/master/README.md
-- place: bytecode
-- outcome: finding is bytecode; a policy file is text
T
