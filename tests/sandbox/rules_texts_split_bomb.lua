-- A text split into millions of parts is bounded in memory.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  return #texts.split(string.rep("a,", 1000000), ",")
end }
