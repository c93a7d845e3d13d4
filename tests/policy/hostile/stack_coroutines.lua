-- source: https://nvd.nist.gov/vuln/detail/CVE-2021-43519
-- place: guard
-- outcome: fault unknown word 'coroutine'
local function g() coroutine.wrap(g)() end
g()
return true
