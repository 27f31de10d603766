decision_table "grade" {
  type = choice { "A", "B", "C" },
  hit = "first",
  inputs = { "amount", "kind" },
  { ">= 1000", "good", "A" },
  { ">= 100",  "-",    "B" },
  { "-",       "-",    "C" },
}

derive "contact" { "as_of", type = timestamp }

cadence "next_follow_up" {
  every { "1", unit = "days", from = "contact" },
}

limit "credit_limit" {
  start { least = { "amount" } },
  round_down(10),
}

rule "touchy" { type = integer, function(c)
  if c.name == "boom" then error("told to fail") end
  if c.name == "spin" then while true do end end
  return 1
end }

codes "warnings" { { "BIG", "amount >= big", value = "amount" } }
