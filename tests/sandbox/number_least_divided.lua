-- The least integer by minus one.
-- expect: value -9223372036854775808 0 0
rule "x" { type = text, function(c)
  local least, minus = math.mininteger, c.days // -12
  return least // minus .. " " .. least % minus .. " " .. math.fmod(least, minus)
end }
