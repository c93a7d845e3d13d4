-- source: https://github.com/mozilla-services/lua_sandbox/blob/dev/src/test/lua/no_external_modules.lua
-- place: guard
-- outcome: fault unknown word 'require'
return require "os"
