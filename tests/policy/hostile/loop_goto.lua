-- source: https://github.com/lua/lua/blob/master/testes/goto.lua
-- place: guard
-- outcome: fault takes more instructions than it may (an endless loop?)
::again::
goto again
