-- source: https://nvd.nist.gov/vuln/detail/CVE-2024-31449
-- place: guard
-- outcome: refused
return ("%99999d"):format(1) == ""
