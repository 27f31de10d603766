scorecard "score" {
  characteristic { "amount", { ">= ", 100 }, { "-", 0 } },
}

bands "grade" { of = "score", { "A", 50 }, { "B" } }
derive "twice" { "score * 2" }
rule "flag" { type = boolean, function(c) return c.score == 3 end }
