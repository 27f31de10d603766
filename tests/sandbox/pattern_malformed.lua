-- Patterns that end too early.
-- expect: value false false false false false
rule "x" { type = text, function(c)
  local t = {}
  for _, p in ipairs({ "%", "[a", "(a", "%f", "%b(" }) do
    t[#t + 1] = tostring((pcall(string.find, "a", p)))
  end
  return table.concat(t, " ")
end }
