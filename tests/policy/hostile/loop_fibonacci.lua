-- source: https://github.com/kikito/lua-sandbox/blob/master/README.md
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
return fib(60) > 0
