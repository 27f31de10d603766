-- The whole policy as one Lua function: what a company that trusts nobody's tables would write.
local floor, min = math.floor, math.min

local rating_points = { AAA = 120, AA = 120, A = 100, BBB = 80, BB = 50, B = 50, CCC = 10, CC = 10, C = 10 }
local rating_code = { AAA = "CR1", AA = "CR1", A = "CR2", BBB = "CR3", BB = "CR4", B = "CR4", CCC = "CR5", CC = "CR5",
  C = "CR5" }
local industry_points = { software = 70, medical = 70, energy = 70, finance = 70, machinery = 60, electronics = 60,
  chemicals = 60, food = 45, logistics = 45, retail = 45, textile = 30, construction = 30 }
local industry_code = { software = "IN1", medical = "IN1", energy = "IN1", finance = "IN1", machinery = "IN2",
  electronics = "IN2", chemicals = "IN2", food = "IN3", logistics = "IN3", retail = "IN3", textile = "IN4",
  construction = "IN4" }

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
    local score, l1, l2, l3, r1, r2, r3 = 0, 0, 0, 0, nil, nil, nil
    local p, code, lost

    -- the three greatest losses, the earlier characteristic first
    local rating = c.credit_rating
    if rating == nil then p, code = 40, "CR6" else p, code = rating_points[rating], rating_code[rating] end
    score = score + p
    lost = 120 - p
    if lost > 0 then l1, r1 = lost, code end

    local x = c.years_as_customer
    if x < 1 then p, code = 20, "YR1" elseif x < 2 then p, code = 35, "YR2" elseif x < 5 then p, code = 55, "YR3"
    elseif x < 10 then p, code = 75, "YR4" else p, code = 90, "YR5" end
    score = score + p
    lost = 90 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    x = c.orders_12m
    if x < 1 then p, code = 0, "OR1" elseif x < 2 then p, code = 20, "OR2" elseif x < 8 then p, code = 35, "OR3"
    elseif x < 20 then p, code = 60, "OR4" elseif x < 50 then p, code = 85, "OR5" else p, code = 100, "OR6" end
    score = score + p
    lost = 100 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    local revenue = c.revenue_12m
    if revenue < 0.01 then p, code = 0, "RV1" elseif revenue < 50000 then p, code = 25, "RV2"
    elseif revenue < 200000 then p, code = 50, "RV3" elseif revenue < 1000000 then p, code = 85, "RV4"
    elseif revenue < 5000000 then p, code = 115, "RV5" else p, code = 140, "RV6" end
    score = score + p
    lost = 140 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    x = c.last_order_days
    if x < 30 then p, code = 90, "LO1" elseif x < 90 then p, code = 70, "LO2" elseif x < 180 then p, code = 45, "LO3"
    elseif x < 365 then p, code = 20, "LO4" else p, code = 0, "LO5" end
    score = score + p
    lost = 90 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    local late = c.avg_days_late
    if late < 1 then p, code = 100, "DL1" elseif late < 7 then p, code = 80, "DL2" elseif late < 15 then p, code = 55, "DL3"
    elseif late < 30 then p, code = 25, "DL4" else p, code = 0, "DL5" end
    score = score + p
    lost = 100 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    x = c.overdue_amount
    if x < 0.01 then p, code = 120, "OV1" elseif x < 10000 then p, code = 90, "OV2" elseif x < 100000 then p, code = 55, "OV3"
    elseif x < 500000 then p, code = 20, "OV4" else p, code = 0, "OV5" end
    score = score + p
    lost = 120 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    x = c.returns_rate
    if x < 0.01 then p, code = 60, "RT1" elseif x < 0.03 then p, code = 45, "RT2" elseif x < 0.08 then p, code = 25, "RT3"
    else p, code = 0, "RT4" end
    score = score + p
    lost = 60 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    x = c.complaints_12m
    if x < 1 then p, code = 60, "CP1" elseif x < 2 then p, code = 45, "CP2" elseif x < 4 then p, code = 25, "CP3"
    else p, code = 0, "CP4" end
    score = score + p
    lost = 60 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    local industry = c.industry
    p, code = industry_points[industry], industry_code[industry]
    score = score + p
    lost = 70 - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end

    -- grade
    local stage, overdue, close = c.stage, c.overdue_90_amount, c.expected_close_days
    local new_active, lead_new = stage == "new" or stage == "active", stage == "lead" or stage == "new"
    local aa = rating == "AAA" or rating == "AA"
    local a = aa or rating == "A"
    local bbb = a or rating == "BBB"
    local grade
    if stage == "lapsed" and overdue > 100000 then grade = "D"
    elseif score < 250 then grade = "D"
    elseif overdue > 500000 then grade = "D"
    elseif score >= 780 and close and close >= 0 and close <= 30 and new_active and overdue == 0 and a then grade = "A"
    elseif score >= 820 and stage == "active" and overdue == 0 then grade = "A"
    elseif score >= 700 and close and close >= 0 and close <= 14 and stage ~= "lapsed" and overdue == 0 and aa then
      grade = "A"
    elseif score >= 600 and close and close >= 0 and close <= 45 and overdue <= 10000 and bbb then grade = "B"
    elseif score >= 680 and score < 820 and new_active and overdue <= 50000 then grade = "B"
    elseif score >= 550 and score < 680 and close and close >= 0 and close <= 30 and lead_new and overdue == 0
      and (rating == nil or a) then grade = "B"
    elseif score >= 500 and score < 700 and close == nil and stage == "active" and overdue == 0 and bbb then grade = "B"
    elseif score >= 450 and stage == "active" and overdue <= 100000 then grade = "C"
    elseif score >= 400 and score < 600 and close and close >= 0 and close <= 60 and lead_new and overdue == 0 then
      grade = "C"
    elseif score >= 350 and score < 550 and new_active and overdue == 0 and (bbb or rating == "BB") then grade = "C"
    elseif score >= 300 and score < 450 and close and close > 60 and close <= 180 and stage == "lead" and bbb then
      grade = "C"
    elseif stage == "lapsed" and overdue == 0 and a then grade = "C"
    else grade = "D" end

    -- risk
    local risk, percent
    local ab = grade == "A" or grade == "B"
    local poor = rating == "CCC" or rating == "CC" or rating == "C"
    local region = c.region
    if grade == "D" and late >= 30 and overdue > 100000 then risk, percent = "CRITICAL", 0
    elseif late >= 60 then risk, percent = "CRITICAL", 0
    elseif not ab and late >= 15 and overdue > 0 and (rating == nil or poor) then risk, percent = "HIGH", 25
    elseif grade == "D" and poor then risk, percent = "HIGH", 25
    elseif grade == "A" and late < 7 and overdue == 0 then risk, percent = "LOW", 100
    elseif grade == "B" and late < 3 and overdue == 0 and a then risk, percent = "LOW", 100
    elseif ab and late < 15 and overdue <= 10000 and (region == "north" or region == "east" or region == "south") then
      risk, percent = "MODERATE", 85
    elseif ab then risk, percent = "ELEVATED", 60
    elseif grade == "C" and late < 15 and overdue == 0 then risk, percent = "MODERATE", 70
    else risk, percent = "ELEVATED", 50 end

    -- cadence
    local days, channel
    local quote, contact = c.quote_age_hours, c.last_contact_days
    if grade == "A" then
      if lead_new and quote and quote >= 0 and quote <= 48 then days, channel = 1, "visit"
      elseif stage == "active" and quote and quote >= 0 and quote <= 72 and contact >= 7 then days, channel = 2, "visit"
      elseif contact >= 30 then days, channel = 3, "phone"
      else days, channel = 14, "phone" end
    elseif grade == "B" then
      if lead_new and quote and quote >= 0 and quote <= 72 then days, channel = 2, "phone"
      elseif quote and quote > 72 and contact >= 14 then days, channel = 5, "phone"
      else days, channel = 21, "wechat" end
    elseif grade == "C" then
      if stage == "lead" and quote and quote >= 0 then days, channel = 7, "wechat"
      elseif new_active and contact >= 60 then days, channel = 14, "wechat"
      else days, channel = 45, "email" end
    elseif stage == "active" then days, channel = 90, "email"
    else days, channel = 180, "none" end

    -- limit
    local limit = 0
    if overdue <= 0 then
      local cap = grade == "A" and 5000000 or grade == "B" and 2000000 or grade == "C" and 500000 or 50000
      limit = 1000 * floor(min(cap, c.annual_revenue / 10, revenue / 6) * percent / 100000 + 1e-9)
    end
    return score, grade, risk, days, channel, limit, r1, r2, r3
  end,
}

