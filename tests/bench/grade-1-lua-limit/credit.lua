-- The limit as an admin may write it in Lua instead of declaring it.
decision_table "cap" {
  type = integer,
  hit = "unique",
  inputs = { "grade" },
  { "A", 5000000 },
  { "B", 2000000 },
  { "C", 500000 },
  { "D", 50000 },
}

rule "credit_limit" { type = money, function(c)
  if c.overdue_90_amount > 0 then return 0 end
  local base = c.cap
  if c.annual_revenue / 10 < base then base = c.annual_revenue / 10 end
  if c.revenue_12m / 6 < base then base = c.revenue_12m / 6 end
  return (base * c.pct / 100000 + 1e-9) // 1 * 1000
end }
