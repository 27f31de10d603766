-- Honest recursion, some thousand calls deep.
-- expect: value 8002000
rule "x" { type = integer, function(c)
  local function sum(n) return n == 0 and 0 or n + sum(n - 1) end
  local n = 0
  for i = 1, 4 do n = n + sum(2000 - i + i) - 500 end
  return n
end }
