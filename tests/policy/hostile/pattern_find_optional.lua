-- source: https://github.com/GoogleBot42/IronBox/blob/master/README.md
-- place: guard
-- outcome: refused
return ("a"):rep(50):find(("a?"):rep(50) .. ("a"):rep(50))
