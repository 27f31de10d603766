-- Replacements from a table, where one is missing and one is false.
-- expect: value 1-b-c 3
local values = { a = 1, c = false }
rule "x" { type = text, function(c)
  local s, n = ("a-b-c"):gsub("%a", values)
  return s .. " " .. n
end }
