-- _G does not exist.
-- expect: load error there is no '_G'
rule "x" { type = integer, function(c)
  _G.counter = 1
  return 1
end }
