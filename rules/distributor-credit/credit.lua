-- How much (授信额度), and whether deliveries are on hold.

derive "need"      { "sales_12m / 365 * (terms_days + 15) * 1.2" }
derive "reference" { median = "amount", of = "references" }

limit "credit_limit" {
  start { least = {
      { "need" },
      { "net_worth * 10%", "BASE_NET_WORTH" },
      { "reference",       "BASE_REFERENCE" },
    }, missing = "skip", none = 0, negative = 0 }, -- the least of what is known; a loss counts as nothing
  times { "class_factor" },
  plus  { "coalesce(collateral, 0) * 80%" },
  at_most {
    { "previous_limit * 125%", "CAP_STEP_UP", when = "previous_limit > 0" },
    { "total_ar * 10%",        "CAP_CONCENTRATION" },
  },
  round_down(1000),
}

derive "exposure"    { "ar + open_orders + unbilled" }
derive "utilisation" { "exposure / credit_limit * 100", type = decimal(2) } -- percent; none without a limit

codes "hold_reasons" {
  { "UTIL_OVER",     "utilisation > 100 or (credit_limit = 0 and exposure > 0)" },
  { "OD_60",         "risk_class in (R1, R2) and overdue_60 > 0" },
  { "OD_30",         "risk_class in (R3, R4, R5) and overdue_30 > 0" },
  { "CLASS_R5",      "risk_class = R5" },
  { "LIMIT_EXPIRED", "limit_valid_to < today" },
}
derive "hold" { "count(hold_reasons) > 0" }

codes "reasons" {
  "CLASS_CAP_OD90", "CLASS_CAP_DISPUTE", "DO_NOT_CONTACT", "NO_CONTACT_YET", "CAD_OVERDUE",
  "BASE_NET_WORTH", "BASE_REFERENCE", "CAP_STEP_UP", "CAP_CONCENTRATION",
}

derive "surge" { "orders_30d / orders_avg_month" }

codes "warnings" {
  { "UTIL_HIGH", "utilisation in [85..100]",              value = "utilisation" },
  { "OD_SHARE",  "overdue_share >= 10%",                  value = "overdue_share", as = "percent" },
  { "DBT_UP",    "dbt - dbt_before >= 10",                value = "dbt - dbt_before" },
  { "SURGE",     "surge >= 2.0",                          value = "surge" },
  { "DROP",      "surge <= 0.4",                          value = "surge" },
  { "AR_SHARE",  "total_ar > 0 and ar / total_ar >= 10%", value = "ar / total_ar", as = "percent" },
  data_missing {
    payment = "dbt",
    tenure = "customer_since",
    returns = "returns_12m / sales_12m",
    base = "coalesce(need, net_worth, reference)",
  },
}
