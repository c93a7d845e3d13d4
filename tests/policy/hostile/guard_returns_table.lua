-- source: found here: what is true to Lua is not true to a guard
-- place: guard
-- outcome: fault returned a table; it must return true or false|guard 'x' returned a table; it must return true or false
return {}
