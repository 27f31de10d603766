-- An error in the error handler: one more error, no more.
-- expect: value false
rule "x" { type = boolean, function(c)
  local ok = xpcall(function() error("first") end, function() error("second") end)
  return ok
end }
