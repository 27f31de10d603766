-- A replacement that grows the text a million times.
-- expect: RULE_MEMORY
rule "x" { type = text, function(c)
  return (("x"):rep(3000):gsub("x", ("y"):rep(5000)))
end }
