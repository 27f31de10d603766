-- Formats as they should be.
-- expect: value 00042|+1.50|  ab|ab  |abc|ff|%|1e+10|A|"q\"\n"
rule "x" { type = text, function(c)
  local s = ("%05d|%+.2f|%4s|%-4s|%.3s|%x|%%|%g|%c|%q"):format(42, 1.5, "ab", "ab", "abcdef", 255, 1e10, 65, 'q"')
  return (s:gsub('"$', "\\n\""))
end }
