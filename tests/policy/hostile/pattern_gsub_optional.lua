-- source: https://github.com/minetest-mods/mesecons/issues/255
-- place: guard
-- outcome: refused
return (string.gsub(("a"):rep(50), ("a?"):rep(50) .. ("a"):rep(50), "x")) == ""
