-- An order function that sorts with itself: the stack of C.
-- expect: RULE_ERROR C stack overflow
rule "x" { type = integer, function(c)
  local function order(a, b)
    table.sort({ 1, 2, 3 }, order)
    return a < b
  end
  table.sort({ 3, 2, 1 }, order)
  return 1
end }
