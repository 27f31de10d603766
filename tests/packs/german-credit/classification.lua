-- The scorecard is scaled as credit scorecards commonly are: 600 points at odds of 1 bad to 19 good, 50
-- points more for each doubling. Bins: those of the example in the documentation of the R package
-- `scorecard`, without sex and age; points: its method (weight of evidence, logistic regression,
-- points rounded to whole numbers) on all 1,000 applicants. README.md says how to make them again.
scorecard "score" {
  baseline = 449,
  characteristic { "checking", reason = "CHECKING",
    { '"... < 0 DM", "0 <= ... < 200 DM"', -34 },
    { '"... >= 200 DM / salary assignments for at least 1 year"', 23 },
    { '"no checking account"', 65 } },
  characteristic { "duration", reason = "DURATION",
    { "< 8", 72 }, { "< 16", 19 }, { "< 34", -6 }, { "< 44", -29 }, { ">= 44", -62 } },
  characteristic { "history", reason = "HISTORY",
    { '"no credits taken/ all credits paid back duly", "all credits at this bank paid back duly"', -66 },
    { '"existing credits paid back duly till now", "delay in paying off in the past"', -5 },
    { '"critical account/ other credits existing (not at this bank)"', 39 } },
  characteristic { "purpose", reason = "PURPOSE",
    { 'retraining, "car (used)"', 62 },
    { '"radio/television"', 32 },
    { '"furniture/equipment", "domestic appliances", business, repairs', -12 },
    { '"car (new)", others, education', -31 } },
  characteristic { "amount", reason = "AMOUNT",
    { "< 1400", -2 }, { "< 1800", 44 }, { "< 4000", 16 }, { "< 9200", -24 }, { ">= 9200", -71 } },
  characteristic { "savings", reason = "SAVINGS",
    { '"... < 100 DM"', -16 },
    { '"100 <= ... < 500 DM"', -8 },
    { '"500 <= ... < 1000 DM", "... >= 1000 DM", "unknown/ no savings account"', 44 } },
  characteristic { "employment", reason = "EMPLOYMENT",
    { 'unemployed, "... < 1 year"', -28 },
    { '"1 <= ... < 4 years"', -2 },
    { '"4 <= ... < 7 years"', 25 },
    { '"... >= 7 years"', 15 } },
  characteristic { "instalment_rate", reason = "INSTALMENT_RATE",
    { "1", 38 }, { "2", 23 }, { ">= 3", -16 } },
  characteristic { "property", reason = "PROPERTY",
    { '"real estate"', 7 },
    { '"building society savings agreement/ life insurance"', 0 },
    { '"car or other, not in attribute Savings account/bonds"', -1 },
    { '"unknown / no property"', -9 } },
  characteristic { "other_plans", reason = "OTHER_PLANS",
    { "bank, stores", -22 }, { "none", 6 } },
  characteristic { "housing", reason = "HOUSING",
    { "rent", -17 }, { "own", 8 }, { '"for free"', -20 } },
}

bands "risk_class" { of = "score", { "A", 580 }, { "B", 500 }, { "C", 420 }, { "D", 380 }, { "E" } }

-- Bad taken as good costs five times what good taken as bad costs, so D and E are declined.
decision_table "decision" { file = "decision.csv" }
