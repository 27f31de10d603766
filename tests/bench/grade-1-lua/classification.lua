-- The whole policy as one Lua function: what a company would write that wants no tables. A loss of points
-- is one number, lost * 10000 + (99 - characteristic) * 100 + band, so that the greater number is the
-- reason to be named first.
local points_of_industry = {
  software = { 70, 0 },
  medical = { 70, 0 },
  energy = { 70, 0 },
  finance = { 70, 0 },
  machinery = { 60, 108902 },
  electronics = { 60, 108902 },
  chemicals = { 60, 108902 },
  food = { 45, 258903 },
  logistics = { 45, 258903 },
  retail = { 45, 258903 },
  textile = { 30, 408904 },
  construction = { 30, 408904 },
}

local reason_of = {
  [1409501] = "RV1",
  [1209205] = "OV5",
  [1159502] = "RV2",
  [1109805] = "CR5",
  [1009601] = "OR1",
  [1009305] = "DL5",
  [1009204] = "OV4",
  [909503] = "RV3",
  [909405] = "LO5",
  [809806] = "CR6",
  [809602] = "OR2",
  [759304] = "DL4",
  [709804] = "CR4",
  [709701] = "YR1",
  [709404] = "LO4",
  [659603] = "OR3",
  [659203] = "OV3",
  [609104] = "RT4",
  [609004] = "CP4",
  [559702] = "YR2",
  [559504] = "RV4",
  [459403] = "LO3",
  [459303] = "DL3",
  [409803] = "CR3",
  [409604] = "OR4",
  [408904] = "IN4",
  [359703] = "YR3",
  [359103] = "RT3",
  [359003] = "CP3",
  [309202] = "OV2",
  [259505] = "RV5",
  [258903] = "IN3",
  [209802] = "CR2",
  [209402] = "LO2",
  [209302] = "DL2",
  [159704] = "YR4",
  [159605] = "OR5",
  [159102] = "RT2",
  [159002] = "CP2",
  [108902] = "IN2",
}

rule "grading" {
  outputs = {
    { "score", integer },
    { "grade", choice { "A", "B", "C", "D" } },
    { "risk", choice { "LOW", "MODERATE", "ELEVATED", "HIGH", "CRITICAL" } },
    { "days", integer },
    { "channel", choice { "visit", "phone", "wechat", "email", "none" } },
    { "credit_limit", money },
    { "reason_1", text },
    { "reason_2", text },
    { "reason_3", text },
  },
  function(c)
    local p, k

    -- each characteristic: its points, and what they cost, the greatest loss first
    local rating = c.credit_rating
    if rating == nil then p, k = 40, 809806
    elseif rating == "A" then p, k = 100, 209802
    elseif rating == "BBB" then p, k = 80, 409803
    elseif rating == "BB" or rating == "B" then p, k = 50, 709804
    elseif rating == "AAA" or rating == "AA" then p, k = 120, 0
    else p, k = 10, 1109805 end
    local score, k1, k2, k3 = p, k, 0, 0

    local x = c.years_as_customer
    if x < 1 then p, k = 20, 709701 elseif x < 2 then p, k = 35, 559702
    elseif x < 5 then p, k = 55, 359703 elseif x < 10 then p, k = 75, 159704 else p, k = 90, 0 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    x = c.orders_12m
    if x < 1 then p, k = 0, 1009601 elseif x < 2 then p, k = 20, 809602
    elseif x < 8 then p, k = 35, 659603 elseif x < 20 then p, k = 60, 409604
    elseif x < 50 then p, k = 85, 159605 else p, k = 100, 0 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    local revenue = c.revenue_12m
    if revenue < 0.01 then p, k = 0, 1409501 elseif revenue < 50000.0 then p, k = 25, 1159502
    elseif revenue < 200000.0 then p, k = 50, 909503 elseif revenue < 1000000.0 then p, k = 85, 559504
    elseif revenue < 5000000.0 then p, k = 115, 259505 else p, k = 140, 0 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    x = c.last_order_days
    if x < 30 then p, k = 90, 0 elseif x < 90 then p, k = 70, 209402
    elseif x < 180 then p, k = 45, 459403 elseif x < 365 then p, k = 20, 709404 else p, k = 0, 909405 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    local late = c.avg_days_late
    if late < 1.0 then p, k = 100, 0 elseif late < 7.0 then p, k = 80, 209302
    elseif late < 15.0 then p, k = 55, 459303 elseif late < 30.0 then p, k = 25, 759304
    else p, k = 0, 1009305 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    x = c.overdue_amount
    if x < 0.01 then p, k = 120, 0 elseif x < 10000.0 then p, k = 90, 309202
    elseif x < 100000.0 then p, k = 55, 659203 elseif x < 500000.0 then p, k = 20, 1009204
    else p, k = 0, 1209205 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    x = c.returns_rate
    if x < 0.01 then p, k = 60, 0 elseif x < 0.03 then p, k = 45, 159102
    elseif x < 0.08 then p, k = 25, 359103 else p, k = 0, 609104 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    x = c.complaints_12m
    if x < 1 then p, k = 60, 0 elseif x < 2 then p, k = 45, 159002 elseif x < 4 then p, k = 25, 359003
    else p, k = 0, 609004 end
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    local industry = points_of_industry[c.industry]
    p, k = industry[1], industry[2]
    score = score + p
    if k > k3 then
      if k > k2 then
        k3 = k2
        if k > k1 then k2, k1 = k1, k else k2 = k end
      else k3 = k end
    end

    -- grade
    local stage, overdue, close = c.stage, c.overdue_90_amount, c.expected_close_days
    local active, lapsed = stage == "active", stage == "lapsed"
    local lead_new = not active and not lapsed
    local clean = overdue == 0.0
    local aa = rating == "AAA" or rating == "AA"
    local a = aa or rating == "A"
    local bbb = a or rating == "BBB"
    if close and close < 0 then close = 1000 end -- in no range of the table
    local grade
    if score < 250 or overdue > 500000.0 or lapsed and overdue > 100000.0 then grade = "D"
    elseif lapsed then
      if score >= 600 and close and close <= 45 and overdue <= 10000.0 and bbb then grade = "B"
      elseif clean and a then grade = "C"
      else grade = "D" end
    else
      local in_time = close or 1000
      local new_active = stage ~= "lead"
      if clean and (score >= 780 and in_time <= 30 and new_active and a or score >= 820 and active
        or score >= 700 and in_time <= 14 and aa) then grade = "A"
      elseif score >= 600 and in_time <= 45 and overdue <= 10000.0 and bbb
        or score >= 680 and score < 820 and new_active and overdue <= 50000.0
        or clean and (score >= 550 and score < 680 and in_time <= 30 and lead_new and (a or rating == nil)
          or score >= 500 and score < 700 and close == nil and active and bbb) then grade = "B"
      elseif score >= 450 and active and overdue <= 100000.0
        or clean and (score >= 400 and score < 600 and in_time <= 60 and lead_new
          or score >= 350 and score < 550 and new_active and (bbb or rating == "BB"))
        or score >= 300 and score < 450 and in_time > 60 and in_time <= 180 and not new_active and bbb then
        grade = "C"
      else grade = "D" end
    end

    -- risk
    local risk, percent
    local ab = grade == "A" or grade == "B"
    if late >= 60.0 or grade == "D" and late >= 30.0 and overdue > 100000.0 then risk, percent = "CRITICAL", 0
    elseif not ab then
      local poor = rating == "CCC" or rating == "CC" or rating == "C"
      if late >= 15.0 and overdue > 0.0 and (poor or rating == nil) or poor and grade == "D" then
        risk, percent = "HIGH", 25
      elseif grade == "C" and late < 15.0 and clean then risk, percent = "MODERATE", 70
      else risk, percent = "ELEVATED", 50 end
    elseif clean and (grade == "A" and late < 7.0 or grade == "B" and late < 3.0 and a) then
      risk, percent = "LOW", 100
    else
      local region = c.region
      if late < 15.0 and overdue <= 10000.0 and (region == "north" or region == "east" or region == "south") then
        risk, percent = "MODERATE", 85
      else risk, percent = "ELEVATED", 60 end
    end

    -- cadence
    local days, channel
    local quote, contact = c.quote_age_hours, c.last_contact_days
    if grade == "D" then
      if active then days, channel = 90, "email" else days, channel = 180, "none" end
    elseif grade == "C" then
      if stage == "lead" and quote and quote >= 0 then days, channel = 7, "wechat"
      elseif not lapsed and stage ~= "lead" and contact >= 60 then days, channel = 14, "wechat"
      else days, channel = 45, "email" end
    elseif grade == "B" then
      if lead_new and quote and quote >= 0 and quote <= 72 then days, channel = 2, "phone"
      elseif quote and quote > 72 and contact >= 14 then days, channel = 5, "phone"
      else days, channel = 21, "wechat" end
    elseif lead_new and quote and quote >= 0 and quote <= 48 then days, channel = 1, "visit"
    elseif active and quote and quote >= 0 and quote <= 72 and contact >= 7 then days, channel = 2, "visit"
    elseif contact >= 30 then days, channel = 3, "phone"
    else days, channel = 14, "phone" end

    -- limit
    local limit = 0
    if overdue <= 0.0 then
      limit = grade == "D" and 50000.0 or grade == "C" and 500000.0 or grade == "B" and 2000000.0 or 5000000.0
      local annual = c.annual_revenue / 10
      if annual < limit then limit = annual end
      revenue = revenue / 6
      if revenue < limit then limit = revenue end
      limit = 1000 * ((limit * percent / 100000 + 1e-9) // 1)
    end
    return score, grade, risk, days, channel, limit, reason_of[k1], reason_of[k2], reason_of[k3]
  end,
}
