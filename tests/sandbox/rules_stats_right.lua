-- Statistics of a list, and of a field of a list of records.
-- expect: value 10 2.5 4 2.5 3.25
rule "x" { type = text, function(c)
  local list, records = { 4, 1, 3, 2 }, {}
  for i = 1, #list do records[i] = { amount = list[i] } end
  return table.concat({ stats.sum(list), stats.mean(records, "amount"), stats.greatest(list),
    stats.median(records, "amount"), stats.percentile(list, 75) }, " ")
end }
