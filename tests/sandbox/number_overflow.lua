-- Floats overflow to infinity, integers wrap.
-- expect: value inf -9223372036854775808
rule "x" { type = text, function(c)
  local big = 1e308
  return tostring(big * 10) .. " " .. tostring(math.maxinteger + c.days // 12)
end }
