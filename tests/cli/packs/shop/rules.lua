rule "spend" { type = money, function(c)
  local sum = 0
  for _, o in ipairs(c.orders) do sum = sum + o.amount end
  return sum
end }
rule "count" { type = integer, function(c) return #c.orders + 100 * #c.notes end }
rule "trail" { type = text, function(c)
  local t = {}
  for _, o in ipairs(c.orders) do t[#t + 1] = (o.kind or "?") .. "@" .. o.at end
  for _, n in ipairs(c.notes) do t[#t + 1] = tostring(n.text) .. tostring(n.stars) end
  return table.concat(t, " ")
end }
