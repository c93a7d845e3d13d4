-- source: https://github.com/kikito/lua-sandbox/blob/master/spec/sandbox_spec.lua
-- place: guard
-- outcome: refused
error({ code = 2 })
