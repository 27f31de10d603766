-- The list that is sorted for a median is a copy.
-- expect: value 3 1 2
rule "x" { type = text, function(c)
  local list = { 3, 1, 2 }
  stats.median(list)
  return table.concat(list, " ")
end }
