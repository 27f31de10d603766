-- Nothing global can be written.
-- expect: load error 'counter' is assigned to
-- line: 5
rule "x" { type = integer, function(c)
  counter = 1
  return 1
end }
