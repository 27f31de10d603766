-- Whom to call again about a term deposit, and when: the 45,211 contacts of the Bank Marketing data. The
-- columns age, marital and education are in the file and are not read here; duration is known only
-- after a call, so it is no use before one. No column identifies a contact, so the records are numbered.

company {
  name = "Bank Marketing",
  name_zh = "银行电话营销",
  currency = "EUR",
  timezone = "+00:00",
  opens = "09:00",
  closes = "18:00",
  workdays = { "mon", "tue", "wed", "thu", "fri" },
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "bank-full.csv.gz", delimiter = ";", row_number = "customer_id" }

fields {
  customer_id = key,
  in_default = choice { "yes", "no", column = "default", required = true },
  balance = money { required = true }, -- may be negative
  housing_loan = choice { "yes", "no", column = "housing" },
  personal_loan = choice { "yes", "no", column = "loan" },
  contact = choice { "cellular", "telephone", "unknown" },
  calls = integer { min = 0, required = true, column = "campaign" }, -- in this campaign
  pdays = integer { min = -1, required = true }, -- since the last campaign; -1: there was none
  outcome = choice { "success", "failure", "other", "unknown", column = "poutcome" },
}

params { most_calls = integer { default = 6 } }

outputs { "score", "call_class", "interval_days", "next_call", "channel", "overdraft", "reasons",
  "weak_points" }

report {
  class = "call_class",
  limit = "overdraft",
  follow_up = "next_call",
  channel = "channel",
  attention = { "CALL_OVERDUE", "IN_DEFAULT" },
}
