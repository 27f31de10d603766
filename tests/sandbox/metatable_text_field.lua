-- Texts have the functions of string as methods, and nothing else can be read or written.
-- expect: RULE_ERROR is a text, and nothing can be read from it
rule "x" { type = integer, function(c)
  local s = "abc"
  s.upper = function() return "poison" end
  return 1
end }
