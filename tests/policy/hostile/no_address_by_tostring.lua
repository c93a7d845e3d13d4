-- source: https://github.com/wesnoth/wesnoth/issues/3413
-- place: guard
-- outcome: answer [true,null]
return tostring(tostring) == "function" and tostring({}) == "table" and tostring(f) == "userdata" or
  tostring(f) == "table"
