-- The overflow of the stack is an error like any other: a rule may catch it.
-- expect: value false
rule "x" { type = boolean, function(c)
  local function f(n) return 1 + f(n + 1) end
  return (pcall(f, 1))
end }
