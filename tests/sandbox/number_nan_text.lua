-- The text of NaN is the same on every processor.
-- expect: value nan nan nan
rule "x" { type = text, function(c)
  local zero = c.days - 12.0
  return tostring(zero / zero) .. " " .. tostring(-(zero / zero)) .. (" %f"):format(zero / zero)
end }
