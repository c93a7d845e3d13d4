-- source: https://nvd.nist.gov/vuln/detail/CVE-2022-28805
-- place: file
-- outcome: finding unknown word '_ENV'
local _ENV <const> = {}
x = 1
return { y }
