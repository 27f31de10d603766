-- Surrogates, overlong forms and what lies beyond Unicode are no code points.
-- expect: value nil nil nil false
rule "x" { type = text, function(c)
  return tostring(utf8.len("\xED\xA0\x80")) .. " " .. tostring(utf8.len("\xC0\x80")) .. " " ..
    tostring(utf8.len("\xF4\x90\x80\x80")) .. " " .. tostring((pcall(utf8.char, 0x110000)))
end }
