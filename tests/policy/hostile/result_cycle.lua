-- source: https://github.com/FiguraMC/Figura/pull/523
-- place: action
-- outcome: refused
local t = {}
t.effect, t.data = "set", t
return t
