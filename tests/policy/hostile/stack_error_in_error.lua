-- source: https://nvd.nist.gov/vuln/detail/CVE-2020-15889
-- place: guard
-- outcome: refused
local function g() return error(g()) end
return g()
