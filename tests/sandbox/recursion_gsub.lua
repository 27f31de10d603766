-- A replacement function that calls gsub with itself: the stack of C.
-- expect: RULE_ERROR C stack overflow
rule "x" { type = text, function(c)
  local function f(s) return (s:gsub(".", f)) end
  return f("x")
end }
