-- An error blamed on the caller.
-- expect: RULE_ERROR wrong amount
-- line: 6
local function check(n) if n > 10 then error("wrong amount", 2) end end
rule "x" { type = integer, function(c)
  check(c.amount)
  return 1
end }
