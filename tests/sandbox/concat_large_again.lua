-- A large text copied in each single instruction.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local s, n = ("x"):rep(1000000), 0
  while true do
    local t = s .. n
    n = n + #t
  end
end }
