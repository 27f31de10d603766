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

schedule "nothing" {}
schedule "two" { cron = "@daily", every = "1h" }
schedule "hour" { cron = "0 25 * * *" }
schedule "never" { cron = "0 2 31 2 *" }
schedule "fields" { cron = "0 2 * *" }
schedule "day" { cron = "0 2 * * monday" }
schedule "either" { cron = "0 9 8-14 * FRI" }
schedule "number" { cron = 5 }
schedule "time" { workday = 1 }
schedule "times" { workday = 1, at = "2.30" }
schedule "zeroth" { workday = 0, at = "02:30" }
schedule "late" { workday = 24, at = "02:30" }
schedule "part" { workday = 1.5, at = "02:30" }
schedule "cron_at" { cron = "@daily", at = "02:30" }
schedule "often" { every = "0s" }
schedule "interval" { every = "1 month" }
schedule "zone" { cron = "@daily", timezone = "Asia/Shangai" }
schedule "city" { cron = "@daily", timezone = "Asia/Beijing" }
schedule "path" { cron = "@daily", timezone = "../etc/passwd" }
