-- An order that fails in the middle.
-- expect: value false 3
rule "x" { type = text, function(c)
  local t = { 3, 1, 2 }
  local ok = pcall(table.sort, t, function() error("no") end)
  return tostring(ok) .. " " .. #t
end }
