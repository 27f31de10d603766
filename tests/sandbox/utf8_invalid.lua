-- Bytes that are no UTF-8.
-- expect: value nil 4
rule "x" { type = text, function(c)
  local n, at = utf8.len("abc\xFF\xFE")
  return tostring(n) .. " " .. at
end }
