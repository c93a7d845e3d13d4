-- source: https://github.com/Bithack/principia/issues/4
-- place: guard
-- outcome: refused
error(nil)
