-- 统一社会信用代码 (GB 32100-2015): the identity of a company in China, whose last character checks the others.
--
--   local credit_code = use "credit_code"
--   rule "identity_ok" { type = boolean, function(c) return credit_code.valid(c.credit_code) end }
local credit_code = {}

local alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" -- without I, O, S, V and Z

-- The value of the character at a position, or nil if it is none of the alphabet.
local function value_at(code, position)
  local at = string.find(alphabet, string.sub(code, position, position), 1, true)
  return at and at - 1
end

-- true or false; nil if there is no code.
function credit_code.valid(code)
  if code == nil then return nil end
  code = string.upper(texts.trim(code))
  if #code ~= 18 then return false end
  local sum, weight = 0, 1
  for position = 1, 17 do
    local value = value_at(code, position)
    if not value then return false end
    sum = sum + value * weight
    weight = weight * 3 % 31
  end
  return value_at(code, 18) == (31 - sum % 31) % 31
end

return credit_code
