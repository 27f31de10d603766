-- The idiomatic Lua 5.4 script that the engine's Lua rules are measured against: a table a record, one
-- function an attribute and a table of the policy.   lua5.4 idiomatic.lua CSV N ROUNDS
local csv, count, rounds = arg[1], tonumber(arg[2]), tonumber(arg[3])
local floor, min, find, sub = math.floor, math.min, string.find, string.sub

local function set(...)
  local t = {}
  for _, v in ipairs { ... } do t[v] = true end
  return t
end

local rating_points = { AAA = 120, AA = 120, A = 100, BBB = 80, BB = 50, B = 50, CCC = 10, CC = 10, C = 10 }
local rating_code = { AAA = "CR1", AA = "CR1", A = "CR2", BBB = "CR3", BB = "CR4", B = "CR4", CCC = "CR5", CC = "CR5",
  C = "CR5" }
local industry_points = { software = 70, medical = 70, energy = 70, finance = 70, machinery = 60, electronics = 60,
  chemicals = 60, food = 45, logistics = 45, retail = 45, textile = 30, construction = 30 }
local industry_code = { software = "IN1", medical = "IN1", energy = "IN1", finance = "IN1", machinery = "IN2",
  electronics = "IN2", chemicals = "IN2", food = "IN3", logistics = "IN3", retail = "IN3", textile = "IN4",
  construction = "IN4" }

local scorecard = {
  { max = 120, points = function(c)
    local r = c.credit_rating
    if r == nil then return 40, "CR6" end
    return rating_points[r], rating_code[r]
  end },
  { max = 90, points = function(c)
    local x = c.years_as_customer
    if x < 1 then return 20, "YR1" elseif x < 2 then return 35, "YR2" elseif x < 5 then return 55, "YR3"
    elseif x < 10 then return 75, "YR4" end
    return 90, "YR5"
  end },
  { max = 100, points = function(c)
    local x = c.orders_12m
    if x < 1 then return 0, "OR1" elseif x < 2 then return 20, "OR2" elseif x < 8 then return 35, "OR3"
    elseif x < 20 then return 60, "OR4" elseif x < 50 then return 85, "OR5" end
    return 100, "OR6"
  end },
  { max = 140, points = function(c)
    local x = c.revenue_12m
    if x < 0.01 then return 0, "RV1" elseif x < 50000 then return 25, "RV2" elseif x < 200000 then return 50, "RV3"
    elseif x < 1000000 then return 85, "RV4" elseif x < 5000000 then return 115, "RV5" end
    return 140, "RV6"
  end },
  { max = 90, points = function(c)
    local x = c.last_order_days
    if x < 30 then return 90, "LO1" elseif x < 90 then return 70, "LO2" elseif x < 180 then return 45, "LO3"
    elseif x < 365 then return 20, "LO4" end
    return 0, "LO5"
  end },
  { max = 100, points = function(c)
    local x = c.avg_days_late
    if x < 1 then return 100, "DL1" elseif x < 7 then return 80, "DL2" elseif x < 15 then return 55, "DL3"
    elseif x < 30 then return 25, "DL4" end
    return 0, "DL5"
  end },
  { max = 120, points = function(c)
    local x = c.overdue_amount
    if x < 0.01 then return 120, "OV1" elseif x < 10000 then return 90, "OV2" elseif x < 100000 then return 55, "OV3"
    elseif x < 500000 then return 20, "OV4" end
    return 0, "OV5"
  end },
  { max = 60, points = function(c)
    local x = c.returns_rate
    if x < 0.01 then return 60, "RT1" elseif x < 0.03 then return 45, "RT2" elseif x < 0.08 then return 25, "RT3" end
    return 0, "RT4"
  end },
  { max = 60, points = function(c)
    local x = c.complaints_12m
    if x < 1 then return 60, "CP1" elseif x < 2 then return 45, "CP2" elseif x < 4 then return 25, "CP3" end
    return 0, "CP4"
  end },
  { max = 70, points = function(c)
    local i = c.industry
    return industry_points[i], industry_code[i]
  end },
}

local AAA_AA, AAA_A, AAA_BBB = set("AAA", "AA"), set("AAA", "AA", "A"), set("AAA", "AA", "A", "BBB")
local AAA_BB, CCC_C = set("AAA", "AA", "A", "BBB", "BB"), set("CCC", "CC", "C")
local function within(x, lo, hi) return x ~= nil and x >= lo and x <= hi end

local function grade(c, s)
  local stage, o, e, r = c.stage, c.overdue_90_amount, c.expected_close_days, c.credit_rating
  local new_active, lead_new = stage == "new" or stage == "active", stage == "lead" or stage == "new"
  if stage == "lapsed" and o > 100000 then return "D" end
  if s < 250 then return "D" end
  if o > 500000 then return "D" end
  if s >= 780 and within(e, 0, 30) and new_active and o == 0 and AAA_A[r] then return "A" end
  if s >= 820 and stage == "active" and o == 0 then return "A" end
  if s >= 700 and within(e, 0, 14) and stage ~= "lapsed" and o == 0 and AAA_AA[r] then return "A" end
  if s >= 600 and within(e, 0, 45) and o <= 10000 and AAA_BBB[r] then return "B" end
  if s >= 680 and s < 820 and new_active and o <= 50000 then return "B" end
  if s >= 550 and s < 680 and within(e, 0, 30) and lead_new and o == 0 and (r == nil or AAA_A[r]) then return "B" end
  if s >= 500 and s < 700 and e == nil and stage == "active" and o == 0 and AAA_BBB[r] then return "B" end
  if s >= 450 and stage == "active" and o <= 100000 then return "C" end
  if s >= 400 and s < 600 and within(e, 0, 60) and lead_new and o == 0 then return "C" end
  if s >= 350 and s < 550 and new_active and o == 0 and AAA_BB[r] then return "C" end
  if s >= 300 and s < 450 and e ~= nil and e > 60 and e <= 180 and stage == "lead" and AAA_BBB[r] then return "C" end
  if stage == "lapsed" and o == 0 and AAA_A[r] then return "C" end
  return "D"
end

local near = set("north", "east", "south")
local function risk(c, g)
  local late, o, r = c.avg_days_late, c.overdue_90_amount, c.credit_rating
  local ab = g == "A" or g == "B"
  if g == "D" and late >= 30 and o > 100000 then return "CRITICAL", 0 end
  if late >= 60 then return "CRITICAL", 0 end
  if not ab and late >= 15 and o > 0 and (r == nil or CCC_C[r]) then return "HIGH", 25 end
  if g == "D" and CCC_C[r] then return "HIGH", 25 end
  if g == "A" and late < 7 and o == 0 then return "LOW", 100 end
  if g == "B" and late < 3 and o == 0 and AAA_A[r] then return "LOW", 100 end
  if ab and late < 15 and o <= 10000 and near[c.region] then return "MODERATE", 85 end
  if ab then return "ELEVATED", 60 end
  if g == "C" and late < 15 and o == 0 then return "MODERATE", 70 end
  return "ELEVATED", 50
end

local function cadence(c, g)
  local stage, q = c.stage, c.quote_age_hours
  if g == "A" then
    if (stage == "lead" or stage == "new") and within(q, 0, 48) then return 1, "visit" end
    if stage == "active" and within(q, 0, 72) and c.last_contact_days >= 7 then return 2, "visit" end
    if c.last_contact_days >= 30 then return 3, "phone" end
    return 14, "phone"
  elseif g == "B" then
    if (stage == "lead" or stage == "new") and within(q, 0, 72) then return 2, "phone" end
    if q ~= nil and q > 72 and c.last_contact_days >= 14 then return 5, "phone" end
    return 21, "wechat"
  elseif g == "C" then
    if stage == "lead" and q ~= nil and q >= 0 then return 7, "wechat" end
    if (stage == "new" or stage == "active") and c.last_contact_days >= 60 then return 14, "wechat" end
    return 45, "email"
  end
  if stage == "active" then return 90, "email" end
  return 180, "none"
end

local cap = { A = 5000000, B = 2000000, C = 500000, D = 50000 }
local function limit(c, g, pct)
  if c.overdue_90_amount > 0 then return 0 end
  local base = min(cap[g], c.annual_revenue / 10, c.revenue_12m / 6)
  return 1000 * floor(base * pct / 100000 + 1e-9)
end

local function evaluate(c)
  local score, l1, l2, l3, r1, r2, r3 = 0, 0, 0, 0, nil, nil, nil
  for i = 1, #scorecard do
    local a = scorecard[i]
    local p, code = a.points(c)
    score = score + p
    local lost = a.max - p
    if lost > l3 then
      if lost > l1 then l3, r3, l2, r2, l1, r1 = l2, r2, l1, r1, lost, code
      elseif lost > l2 then l3, r3, l2, r2 = l2, r2, lost, code
      else l3, r3 = lost, code end
    end
  end
  local g = grade(c, score)
  local rk, pct = risk(c, g)
  local days, channel = cadence(c, g)
  return score, g, rk, days, channel, limit(c, g, pct), r1, r2, r3
end

local function split(line)
  local f, n, p = {}, 0, 1
  while true do
    n = n + 1
    if sub(line, p, p) == '"' then
      local e = find(line, '"', p + 1, true)
      while sub(line, e + 1, e + 1) == '"' do e = find(line, '"', e + 2, true) end
      f[n] = sub(line, p + 1, e - 1):gsub('""', '"')
      p = e + 2
      if p > #line + 1 then return f end
    else
      local e = find(line, ",", p, true)
      if not e then
        f[n] = sub(line, p)
        return f
      end
      f[n] = sub(line, p, e - 1)
      p = e + 1
    end
  end
end

local function record(f)
  return { id = tonumber(f[1]), name = f[2], industry = f[3], region = f[4], employees = tonumber(f[5]),
    annual_revenue = tonumber(f[6]), credit_rating = f[7] ~= "" and f[7] or nil, years_as_customer = tonumber(f[8]),
    orders_12m = tonumber(f[9]), revenue_12m = tonumber(f[10]), last_order_days = tonumber(f[11]),
    avg_days_late = tonumber(f[12]), overdue_amount = tonumber(f[13]), overdue_90_amount = tonumber(f[14]),
    returns_rate = tonumber(f[15]), complaints_12m = tonumber(f[16]), current_limit = tonumber(f[17]),
    exposure = tonumber(f[18]), expected_close_days = tonumber(f[19]), last_contact_days = tonumber(f[20]),
    quote_age_hours = tonumber(f[21]), stage = f[22] }
end

local records, lines = {}, io.lines(csv)
lines()
for line in lines do
  records[#records + 1] = record(split(line))
  if #records == count then break end
end
collectgarbage()
local sum = 0
for round = 0, rounds do -- the first warms up
  local start = os.clock()
  for i = 1, #records do
    local s, _, _, d, _, l = evaluate(records[i])
    sum = sum + s + l + d
  end
  if round > 0 then print(string.format("RES idiomatic-lua %.2f", (os.clock() - start) / #records * 1e9)) end
end
assert(sum > 0)
