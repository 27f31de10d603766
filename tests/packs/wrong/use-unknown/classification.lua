scorecard "score" {
  characteristic { "amount", { ">= 1000", 100 }, { "-", 0 } },
}

local credit_code = use "credit_cod"

bands "grade" { of = "score", { "A", 50 }, { "B" } }
