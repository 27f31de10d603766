-- A text that doubles until memory ends.
-- expect: RULE_MEMORY
rule "x" { type = text, function(c)
  local s = "x"
  while true do s = s .. s end
end }
