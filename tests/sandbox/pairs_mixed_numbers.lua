-- Integers and floats, also where they are too near each other for a float to tell.
-- expect: value -1.844674407371e+19 -9223372036854775808 1 1.5 2 9007199254740993 9223372036854775807 9.2233720368548e+18
rule "x" { type = text, function(c)
  local t, out = {}, {}
  t[2 ^ 63], t[math.maxinteger], t[9007199254740993] = 1, 1, 1
  t[2], t[1.5], t[1.0], t[-2 ^ 64], t[math.mininteger] = 1, 1, 1, 1, 1
  for k in pairs(t) do out[#out + 1] = tostring(k) end
  return table.concat(out, " ")
end }
