-- A frozen table reads like any other: index, length, both walks, unpack, concat, move.
-- expect: value 3 30 b 60 60 10-20-30 30 1a2b3c
local list, words = { 10, 20, 30 }, { "a", "b", "c", n = 3 }
rule "x" { type = text, function(c)
  local sum, all = 0, 0
  for _, v in ipairs(list) do sum = sum + v end
  for _, v in pairs(list) do all = all + v end
  local copy = table.move(list, 1, #list, 1, {})
  local a, b = select(2, table.unpack(list))
  local s = ("1 2 3"):gsub("%d ?", function(d) return tonumber(d) // 1 .. words[tonumber(d)] end)
  return table.concat({ #list, list[3], words[2], sum, all, table.concat(list, "-"), copy[3], s }, " ")
end }
