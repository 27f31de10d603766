scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }

rule "flag" { type = boolean, function(c)
  if c.amount and c.amount > 3 then reason("CPA") end
  if c.banned then reason 'BANNED' end
  reason("BANED", c.amount)
  return true
end }
