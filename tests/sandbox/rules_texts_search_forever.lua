-- Searching a long text again and again is charged.
-- expect: RULE_BUDGET
rule "x" { type = integer, function(c)
  local long, found = string.rep("ab", 500000), 0
  for i = 1, 1000000 do
    if texts.contains(long, "abb") then found = found + 1 end
  end
  return found
end }
