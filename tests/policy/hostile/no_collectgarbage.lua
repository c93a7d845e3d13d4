-- source: https://github.com/mlua-rs/mlua/issues/594
-- place: guard
-- outcome: fault unknown word 'collectgarbage'
return collectgarbage "stop"
