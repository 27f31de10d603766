-- The functions of math.
-- expect: value 3 4 2 1.5 -2 7 3 integer float nil true 8 2.0
rule "x" { type = text, function(c)
  local t = { math.floor(3.7), math.ceil(3.2), math.fmod(8, 3), math.abs(-1.5), math.min(3, -2, 1),
    math.max(7, 2), math.tointeger(3.0), math.type(1), math.type(1.0), tostring(math.type("1")),
    tostring(math.ult(1, -1)), #tostring(math.pi) - 7, math.sqrt(4) }
  for i = 1, #t do t[i] = tostring(t[i]) end
  return table.concat(t, " ")
end }
