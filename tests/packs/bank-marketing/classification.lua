derive "days_since_campaign" { "if pdays >= 0 then pdays else null", type = integer }

scorecard "score" {
  characteristic { "outcome", reason = "NO_EARLIER_DEPOSIT",
    { "success", 45 }, { "other", 12 }, { "failure", 6 }, { "unknown", 4 } },
  characteristic { "contact", reason = "NO_MOBILE_NUMBER",
    { "cellular", 12 }, { "telephone", 8 }, { "unknown", 0 } },
  characteristic { "balance", reason = "LOW_BALANCE",
    { "< 0", 0 }, { "< 500", 6 }, { "< 1500", 10 }, { ">= 1500", 16 } },
  characteristic { "housing_loan", reason = "HAS_LOANS", { "no", 12 }, { "yes", 0 } },
  characteristic { "personal_loan", reason = "HAS_LOANS", { "no", 7 }, { "yes", 0 } },
  characteristic { "calls", reason = "CALLED_OFTEN",
    { "<= 1", 8 }, { "<= 3", 5 }, { "> 3", 0 } },
}

bands "call_class" { of = "score", { "first", 60 }, { "second", 40 }, { "later" } }
