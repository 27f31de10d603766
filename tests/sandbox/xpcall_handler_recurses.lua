-- A handler that fails again and again, inside protected calls.
-- expect: value false
rule "x" { type = boolean, function(c)
  local function handler(e) return xpcall(error, handler, e) and error(e) end
  return (xpcall(error, handler, "x"))
end }
