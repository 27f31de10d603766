-- Much garbage and little memory: only the instructions count.
-- expect: value 100000
rule "x" { type = integer, function(c)
  local n = 0
  for i = 1, 100000 do
    local t = { i, i }
    n = n + #t // 2
  end
  return n
end }
