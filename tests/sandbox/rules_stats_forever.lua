-- Each median of a long list costs what sorting it costs.
-- expect: RULE_BUDGET
rule "x" { type = number, function(c)
  local list = {}
  for i = 1, 20000 do list[i] = i * 7919 % 20011 end
  local sum = 0
  for i = 1, 100000 do sum = sum + stats.median(list) end
  return sum
end }
