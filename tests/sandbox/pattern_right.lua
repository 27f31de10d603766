-- Patterns as they should be.
-- expect: value key value|2025 09|THE (quick) fox|3 5|()|one;two;|b=a,d=c|x
rule "x" { type = text, function(c)
  local out = {}
  local k, v = ("key = value"):match("^(%w+)%s*=%s*(%w+)$")
  out[1] = k .. " " .. v
  local y, m = ("on 2025-09-26"):match("(%d%d%d%d)%-(%d%d)")
  out[2] = y .. " " .. m
  out[3] = ("THE (quick) fox"):gsub("%f[%a]%a+%f[%A]", "%0")
  local a, b = ("hello world"):find("l+o")
  out[4] = a .. " " .. b
  out[5] = ("f(a(b)c)d"):match("%b()"):gsub("%a", ""):gsub("%(%)", "", 1)
  out[6] = ("one two"):gsub("(%w+) ?", "%1;")
  out[7] = ("a=b,c=d"):gsub("(%w)=(%w)", "%2=%1")
  out[8] = ("[[x]]"):match("^%[%[(.-)%]%]$")
  return table.concat(out, "|")
end }
