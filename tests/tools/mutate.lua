-- Changes one thing in a pack's rules: a number, a comparison, a bracket, a word, a cell, a code.
--   lua5.4 mutate.lua PACK                 lists the mutants: number, file:line, what becomes of what
--   lua5.4 mutate.lua PACK NUMBER FOLDER   writes the files of the pack with that one change
-- Scripts and tables are changed, company.lua (which says what the data are) is not.
-- luacheck: std lua54
local pack, number, folder = arg[1], tonumber(arg[2]), arg[3]

local function read(path)
  local f = io.open(path, "rb")
  if not f then return nil end
  local text = f:read("a")
  f:close()
  return text
end

local company = assert(read(pack .. "/company.lua"), "no company.lua in " .. pack)

-- The scripts that company.lua names, and the tables that they name.
local files = {}
for list in company:gmatch("scripts%s*=%s*(%b{})") do
  for name in list:gmatch('"([^"]+)"') do files[#files + 1] = name .. ".lua" end
end
for i = 1, #files do
  for name in read(pack .. "/" .. files[i]):gmatch('file%s*=%s*"([^"]+%.csv)"') do files[#files + 1] = name end
end

-- Words that stand together in a choice, a band list or a table: one takes the place of the next.
local partner = {}
local function pair_up(words)
  for i, word in ipairs(words) do
    if not partner[word] and #words > 1 then partner[word] = words[i % #words + 1] end
  end
end
local function pair_list(text)
  local words = {}
  for word in text:gmatch('"([%a_][%w_]*)"') do words[#words + 1] = word end
  pair_up(words)
end
for list in company:gmatch("choice%s*(%b{})") do pair_list(list) end
for _, name in ipairs(files) do
  local text = read(pack .. "/" .. name)
  for list in text:gmatch("choice%s*(%b{})") do pair_list(list) end
  for list in text:gmatch('bands%s*"[^"]+"%s*(%b{})') do
    local words = {}
    for word in list:gmatch('{%s*"([%a_][%w_]*)"') do words[#words + 1] = word end
    pair_up(words)
  end
end
partner["true"], partner["false"] = "false", "true"

local mutants = {}
local function add(file, line, from, to, start, stop, text)
  mutants[#mutants + 1] =
    { file = file, line = line, from = from, to = to, text = text:sub(1, start - 1) .. to .. text:sub(stop + 1) }
end

-- The next number of as many decimals.
local function raised(digits)
  local decimals = digits:match("%.(%d+)")
  if not decimals then return tostring(math.tointeger(tonumber(digits)) + 1) end
  return string.format("%." .. #decimals .. "f", tonumber(digits) + 10.0 ^ -#decimals)
end

local swaps = { ["<="] = "<", ["<"] = "<=", [">="] = ">", [">"] = ">=", ["="] = "!=", ["!="] = "=" }

-- Everything that can be changed inside of text[from, to], a cell or a formula.
local function inside(file, line, text, from, to)
  local at = from
  local cell = text:sub(from, to)
  if cell == "-" or cell == "" then
    add(file, line, cell, "null", from, to, text)
    return
  end
  if cell:match("^[A-Z][A-Z0-9_]+[A-Z0-9]$") or cell:match("^[A-Z][A-Z_]+:[%w_]+$") then
    if not partner[cell] then
      add(file, line, cell, "MUTANT", from, to, text)
      return
    end
  end
  if cell:match("^%d%d%d%d%-%d%d%-%d%d") then return end
  while at <= to do
    local s, e = text:find("^%d+%.?%d*", at)
    local ws, we = text:find("^[%a_\128-\255][%w_\128-\255]*", at)
    local os, oe = text:find("^[<>!]?=", at)
    if not os then os, oe = text:find("^[<>]", at) end
    if s then
      e = math.min(e, to)
      local digits = text:sub(s, e):gsub("%.$", "")
      e = s + #digits - 1
      add(file, line, cell, raised(digits), s, e, text)
      at = e + 1
    elseif ws then
      we = math.min(we, to)
      local word = text:sub(ws, we)
      if partner[word] then add(file, line, cell, partner[word], ws, we, text) end
      if word == "and" then add(file, line, cell, "or", ws, we, text) end
      if word == "or" then add(file, line, cell, "and", ws, we, text) end
      if word == "min" then add(file, line, cell, "max", ws, we, text) end
      if word == "max" then add(file, line, cell, "min", ws, we, text) end
      at = we + 1
    elseif os then
      add(file, line, cell, swaps[text:sub(os, oe)], os, oe, text)
      at = oe + 1
    else
      local c = text:sub(at, at)
      if c == "+" then add(file, line, cell, "-", at, at, text) end
      if c == "*" then add(file, line, cell, "/", at, at, text) end
      if c == "[" then add(file, line, cell, "(", at, at, text) end
      if c == "]" then add(file, line, cell, ")", at, at, text) end
      if c == ")" and cell:match("^[%[%(].*%.%..*%)$") and at == to then add(file, line, cell, "]", at, at, text) end
      at = at + 1
    end
  end
end

-- Strings that name things instead of saying them: what a declaration, an input or an option is called.
local function is_name(before)
  return before:match("[%a_]+%s*$") and
      (before:match("characteristic%s*{%s*$") or before:match("^%s*[%a_]+%s*$") or before:match("%f[%a][%a_]+%s+$"))
      or before:match("characteristic%s*{%s*$") or before:match("outputs%s*=%s*{%s*{%s*$")
      or before:match("%f[%a]unit%s*=%s*$") or before:match("%f[%a]from%s*=%s*$") or before:match("%f[%a]of%s*=%s*$")
      or before:match("%f[%a]hit%s*=%s*$") or before:match("%f[%a]note%s*=%s*$") or before:match("%f[%a]file%s*=%s*$")
end

local function lua_file(name)
  local text = read(pack .. "/" .. name)
  local at, line = 1, 1
  while at <= #text do
    local c = text:sub(at, at)
    local before = text:sub(text:sub(1, at - 1):match(".*\n()") or 1, at - 1)
    if c == "\n" then
      line, at = line + 1, at + 1
    elseif text:find("^%-%-%[%[", at) then
      local _, e = text:find("%]%]", at)
      for _ in text:sub(at, e):gmatch("\n") do line = line + 1 end
      at = e + 1
    elseif text:find("^%-%-", at) then
      at = text:find("\n", at) or #text + 1
    elseif c == '"' then
      local e = text:find('"', at + 1)
      if not is_name(before) then inside(name, line, text, at + 1, e - 1) end
      at = e + 1
    elseif text:find("^[%a_]", at) then
      local _, e = text:find("^[%w_]+", at)
      at = e + 1
    elseif text:find("^%d", at) then
      local s, e = text:find("^%d+%.?%d*", at)
      if not before:match("decimal%s*%($") and not before:match("decimals%s*=%s*$") then
        add(name, line, text:sub(s, e), raised(text:sub(s, e)), s, e, text)
      end
      at = e + 1
    else
      at = at + 1
    end
  end
end

-- Cells of a table, but for the header, the column of row numbers and the remarks.
local function csv_file(name)
  local text = read(pack .. "/" .. name)
  local header, at, line = nil, 1, 1
  while at <= #text do
    local stop = text:find("\n", at) or #text + 1
    local cells, from = {}, at
    while from <= stop do
      local e
      if text:sub(from, from) == '"' then
        e = text:find('"', from + 1)
        cells[#cells + 1] = { from + 1, e - 1 }
        from = e + 2
      else
        e = text:find("[,\r\n]", from) or #text + 1
        cells[#cells + 1] = { from, e - 1 }
        from = e + 1
        if text:sub(e, e) ~= "," then break end
      end
    end
    if header then
      for i = 2, #cells do
        local head = header[i] or ""
        if head ~= "note" and cells[i][2] >= cells[i][1] then inside(name, line, text, cells[i][1], cells[i][2]) end
      end
    else
      header = {}
      for i, cell in ipairs(cells) do header[i] = text:sub(cell[1], cell[2]) end
    end
    at, line = stop + 1, line + 1
  end
end

for _, name in ipairs(files) do
  if name:match("%.lua$") then lua_file(name) else csv_file(name) end
end

if not number then
  for i, m in ipairs(mutants) do print(string.format("%d\t%s:%d\t%s -> %s", i, m.file, m.line, m.from, m.to)) end
else
  local m = assert(mutants[number], "no mutant " .. number)
  local out = assert(io.open(folder .. "/" .. m.file, "wb"))
  out:write(m.text)
  out:close()
end
