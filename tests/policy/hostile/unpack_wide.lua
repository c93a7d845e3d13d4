-- source: https://nvd.nist.gov/vuln/detail/CVE-2014-5461
-- place: guard
-- outcome: fault table.unpack: more than 250 values
return table.unpack({}, 1, 1e6)
