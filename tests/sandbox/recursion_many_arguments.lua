-- More and more arguments are handed on, so that every call copies all of them.
-- expect: RULE_ERROR stack overflow
rule "x" { type = integer, function(c)
  local function grow(...) return grow(1, 2, 3, 4, ...) end
  return grow()
end }
