-- Two large texts compared in each single instruction.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local a, b = ("x"):rep(1500000) .. "y", ("x"):rep(1500000) .. "z"
  local n = 0
  while true do
    if a < b then n = n + 1 end
    if a == b then n = n + 1 end
  end
end }
