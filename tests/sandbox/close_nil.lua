-- nil and false may be closed: nothing happens.
-- expect: value 1
rule "x" { type = integer, function(c)
  local x <close> = nil
  local y <close> = false
  return 1
end }
