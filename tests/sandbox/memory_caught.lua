-- Runs out of memory in a protected call, over and over.
-- expect: RULE_MEMORY
rule "x" { type = integer, function(c)
  local function fill()
    local t = {}
    while true do t[#t + 1] = {} end
  end
  for i = 1, 1000 do pcall(fill) end
  return 1
end }
