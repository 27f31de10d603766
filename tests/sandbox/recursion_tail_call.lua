-- Tail calls need no stack, only instructions.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local function f(n) return f(n + 1) end
  return f(1)
end }
