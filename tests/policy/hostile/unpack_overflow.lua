-- source: https://nvd.nist.gov/vuln/detail/CVE-2025-46817
-- place: guard
-- outcome: fault table.unpack: more than 250 values
return table.unpack({}, math.mininteger, math.maxinteger)
