-- source: https://github.com/kikito/lua-sandbox/blob/master/README.md
-- place: file
-- outcome: finding unknown word '_ENV'
_ENV = nil
return {}
