-- gmatch with empty matches, positions and an anchor that is none.
-- expect: value 1,3,5|a=1;b=2;|4
rule "x" { type = text, function(c)
  local t, pairs_found, n = {}, "", 0
  for p in ("a b c"):gmatch("()%a") do t[#t + 1] = p end
  for k, v in ("a=1, b=2"):gmatch("(%w)=(%w)") do pairs_found = pairs_found .. k .. "=" .. v .. ";" end
  for _ in ("abc"):gmatch("x*") do n = n + 1 end
  return table.concat(t, ",") .. "|" .. pairs_found .. "|" .. n
end }
