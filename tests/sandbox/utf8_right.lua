-- Chinese text taken apart and put together.
-- expect: value 6 21326 华 6:华
rule "x" { type = text, function(c)
  local last, at
  for p, code in utf8.codes(c.name) do last, at = code, p end
  return utf8.len(c.name) .. " " .. last .. " " .. utf8.char(last) .. " " .. at .. ":" ..
    c.name:sub(utf8.offset(c.name, -1))
end }
