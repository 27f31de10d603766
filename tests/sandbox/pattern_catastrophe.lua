-- A pattern that tries every way there is.
-- expect: RULE_BUDGET
rule "x" { type = boolean, function(c)
  return (("a"):rep(40):match(("a*"):rep(20) .. "b")) ~= nil
end }
