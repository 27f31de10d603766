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

notify { on = { "run_failed" } }
notify { webhook = "https://a.example/x", mail = "a@example.com" }
notify { webhook = "hooks.example.com/x" }
notify { webhook = "https://user:pw@a.example/x" }
notify { webhook = "http://a.example/x" }
notify { webhook = "http://127.0.0.1:9000/x", secret = "hunter2" }
notify { webhook = "https:///x" }
notify { mail = "nobody", from = "assay@example.com", server = "mail.example.com" }
notify { mail = { "a@example.com" }, user = "me" }
notify { mail = {}, from = "a@b@c", server = "smtp://me@mail.example.com" }
notify { mail = "a@example.com", from = "b@example.com", server = "smtps://m", user = "u", password = "p" }
notify { command = "rm -rf /" }
notify { command = { "/bin/sh", "-c", "true" } }
notify { command = {} }
