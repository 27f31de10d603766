-- The text of a table shows no address.
-- expect: value table function function nil true
rule "x" { type = text, function(c)
  return tostring({}) .. " " .. tostring(function() end) .. " " ..
    tostring(pairs) .. " " .. tostring(nil) .. " " .. tostring(true)
end }
