-- source: https://nvd.nist.gov/vuln/detail/CVE-2020-14147
-- place: guard
-- outcome: fault attempt to call a nil value (field 'unpack')
return ("x").unpack("j", "12345678", 1)
