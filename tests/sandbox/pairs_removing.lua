-- Elements removed and changed during the walk.
-- expect: value a1 c9
rule "x" { type = text, function(c)
  local t, out = { a = 1, b = 2, c = 3 }, {}
  for k, v in pairs(t) do
    out[#out + 1] = k .. v
    t.b, t.c = nil, 9
  end
  return table.concat(out, " ")
end }
