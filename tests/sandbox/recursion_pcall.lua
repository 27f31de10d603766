-- Protected calls inside protected calls: the stack of C.
-- expect: RULE_ERROR C stack overflow
rule "x" { type = integer, function(c)
  local function f()
    local ok, e = pcall(f)
    error(e, 0)
  end
  f()
end }
