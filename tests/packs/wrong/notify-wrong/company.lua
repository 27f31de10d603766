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

notify { webhook = "env:HOOK", secrets = "env:NAME" }
notify { webhook = "env:HOOK", on = { "run_faild" } }
notify { webhook = "env:HOOK", on = { "alerts", "alerts" } }
notify { webhook = "env:HOOK", on = {} }
notify { webhook = "env:HOOK", again = "often", timeout = "1h" }
notify { webhook = "env:HOOK", rejects = "many", alerts = "urgent", language = "de" }
notify { command = { "page" }, name = "night shift" }
notify { command = { "page" }, name = "night" }
notify { command = { "page" }, name = "night" }
notify { command = { "page" }, secret = "env:X" }
