-- Numbers, then texts, then booleans, each ascending, whatever the table went through.
-- expect: value -1 0.5 1 2 3 10 A a aa b false true
rule "x" { type = text, function(c)
  local t = { [true] = 1, b = 1, [10] = 1, a = 1, [0.5] = 1, [false] = 1, aa = 1, A = 1, 1, 1, 1 }
  for i = 1, 100 do t["x" .. i] = i end
  for i = 1, 100 do t["x" .. i] = nil end
  t[-1] = 1
  local out = {}
  for k in pairs(t) do out[#out + 1] = tostring(k) end
  return table.concat(out, " ")
end }
