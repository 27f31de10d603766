limit "credit_limit" {
  start { "amount" },
  at_most { "5000", "CAP" },
  round_down(100),
}

codes "reasons" { "BANNED", "CAP" }

rule "most" { type = money, function(c)
  local most = 0
  for _, order in ipairs(c.orders) do
    most = math.max(most, order.amonut or 0)
  end
  return most
end }
