-- source: https://nvd.nist.gov/vuln/detail/CVE-2022-33099
-- place: guard
-- outcome: refused
local function g(x) return x .. g(x .. {}) end
local function h(n) return n > 190 and g("x") or (("a"):gsub(".", function() return h(n + 1) end)) end
return h(1) == ""
