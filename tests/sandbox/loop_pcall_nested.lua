-- The stop inside many protected calls, each of which would go on.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local function deep(n)
    if n == 0 then while true do end end
    pcall(deep, n - 1)
    while true do end
  end
  deep(100)
end }
