-- source: https://github.com/FiguraMC/Figura/issues/261
-- place: guard
-- outcome: fault string.find: more work on texts and tables than one call may do
return string.find("this will run for at least three eternities", (".*"):rep(10) .. "z.*")
