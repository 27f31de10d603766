-- What is in the libraries, in the same order always.
-- expect: value concat insert move pack remove sort unpack
rule "x" { type = text, function(c)
  local names = {}
  for name in pairs(table) do names[#names + 1] = name end
  return table.concat(names, " ")
end }
