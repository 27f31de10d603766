-- goto continue is fine.
-- expect: value 25
rule "x" { type = integer, function(c)
  local n = 0
  for i = 1, 10 do
    if i % 2 == 0 then goto continue end
    n = n + i
    ::continue::
  end
  return n
end }
