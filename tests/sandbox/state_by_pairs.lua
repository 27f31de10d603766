-- An iterator of pairs that was made at load gives the same every time.
-- expect: value a1a1b2
local step, state, first = pairs({ b = 2, a = 1 })
rule "x" { type = text, function(c)
  local k, v = step(state, first)
  local k1, v1 = step(nil, nil)
  local k2, v2 = step(nil, k1)
  return k .. v .. k1 .. v1 .. k2 .. v2
end }
