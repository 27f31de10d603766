-- The limit as an admin may write it in Lua instead of declaring it.
local floor, min = math.floor, math.min

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
  return 1000 * floor(min(c.cap, c.annual_revenue / 10, c.revenue_12m / 6) * c.pct / 100000 + 1e-9)
end }
