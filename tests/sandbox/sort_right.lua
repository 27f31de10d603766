-- Sorting as it should be, and stable.
-- expect: value 1a 1b 2c 3d 3e
rule "x" { type = text, function(c)
  local t = { "3d", "1a", "3e", "2c", "1b" }
  table.sort(t, function(a, b) return a:byte() < b:byte() end)
  return table.concat(t, " ")
end }
