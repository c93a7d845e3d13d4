-- source: https://nvd.nist.gov/vuln/detail/CVE-2024-31449
-- place: guard
-- outcome: fault tonumber: more work on texts and tables than one call may do
local s = ("1"):rep(100000)
for i = 1, 1e9 do tonumber(s) end
return true
