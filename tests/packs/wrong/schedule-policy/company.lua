company {
  name = "Wrong Ltd",
  currency = "CNY",
  timezone = "+08:00",
  scripts = { "classification", "cadence", "credit" },
}

source { plugin = "csv", path = "customers.csv" }

fields {
  customer_id = key,
  amount = money { min = 0 },
  last_contact = timestamp,
  banned = boolean,
}

outputs { "score", "grade", "credit_limit", "next_follow_up", "reasons" }

schedule "nightly" {
  cron = "30 2 * * *",
  misssed = "once",
  overlap = "skipp",
  jitter = "1 fortnight",
  retry_after = "5m",
  retry_most = "1m",
  deadline = 7200,
}
schedule "hourly" { every = "1h", jitter = "1h" }
schedule "tries" { every = "1h", retries = -1 }
schedule "nightly" { every = "1h" }
schedule "at night" { every = "1h" }
schedule "" { every = "1h" }
schedule { every = "1h" }
schedule "hourly_too" { every = "1h", missed = "always", missed = "all" }
