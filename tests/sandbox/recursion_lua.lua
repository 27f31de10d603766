-- A function that calls itself without end.
-- expect: RULE_ERROR stack overflow
rule "x" { type = integer, function(c)
  local function f(n) return 1 + f(n + 1) end
  return f(1)
end }
