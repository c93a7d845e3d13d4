-- source: https://nvd.nist.gov/vuln/detail/CVE-2020-14147
-- place: guard
-- outcome: fault attempt to call a nil value (field 'pack')
return string.pack("i16", 1)
