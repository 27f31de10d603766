-- Which texts are numbers.
-- expect: value 10 255 3.5 -7 nil nil nil nil 1295 nil
rule "x" { type = text, function(c)
  local t = {}
  for i, s in ipairs({ "10", "0xff", " 3.5 ", "-7", "1,5", "inf", "nan", "" }) do
    t[i] = tostring(tonumber(s))
  end
  t[#t + 1] = tostring(tonumber("zz", 36))
  t[#t + 1] = tostring(tonumber("9", 8))
  return table.concat(t, " ")
end }
