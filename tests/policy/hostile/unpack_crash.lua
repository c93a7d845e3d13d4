-- source: https://github.com/luanti-org/luanti/pull/9350
-- place: guard
-- outcome: fault table.unpack: more than 250 values
return table.unpack({}, 0, 2 ^ 31 - 1 | 0)
