-- Applicants for a loan: the 1,000 of the Statlog (German Credit) data. Sex, age, nationality and marital
-- status are in the file and are not read here: a policy must not use them.

company {
  name = "German Credit",
  name_zh = "德国信贷申请",
  currency = "DEM",
  timezone = "+01:00",
  opens = "08:30",
  closes = "16:00",
  workdays = { "mon", "tue", "wed", "thu", "fri" },
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "german_credit_labelled.csv" }

fields {
  applicant = key { column = "row" },
  checking = choice { "... < 0 DM", "0 <= ... < 200 DM", "... >= 200 DM / salary assignments for at least 1 year",
    "no checking account", column = "status_of_existing_checking_account" },
  duration = integer { min = 1, required = true, column = "duration_in_month" },
  history = choice { "no credits taken/ all credits paid back duly", "all credits at this bank paid back duly",
    "existing credits paid back duly till now", "delay in paying off in the past",
    "critical account/ other credits existing (not at this bank)", column = "credit_history" },
  purpose = choice { "car (new)", "car (used)", "furniture/equipment", "radio/television", "domestic appliances",
    "repairs", "education", "retraining", "business", "others" },
  amount = money { min = 0, required = true, column = "credit_amount" },
  savings = choice { "... < 100 DM", "100 <= ... < 500 DM", "500 <= ... < 1000 DM", "... >= 1000 DM",
    "unknown/ no savings account", column = "savings_account_and_bonds" },
  employment = choice { "unemployed", "... < 1 year", "1 <= ... < 4 years", "4 <= ... < 7 years", "... >= 7 years",
    column = "present_employment_since" },
  instalment_rate = integer { min = 1, max = 4, column = "installment_rate_in_percentage_of_disposable_income" },
  property = choice { "real estate", "building society savings agreement/ life insurance",
    "car or other, not in attribute Savings account/bonds", "unknown / no property" },
  other_plans = choice { "bank", "stores", "none", column = "other_installment_plans" },
  housing = choice { "rent", "own", "for free" },
}

outputs { "score", "risk_class", "decision", "next_follow_up", "channel", "credit_limit", "reasons", "notes" }

report {
  class = "risk_class",
  limit = "credit_limit",
  follow_up = "next_follow_up",
  channel = "channel",
  attention = { "LOAN_TOO_LONG", "AMOUNT_OVER_LIMIT" },
}
