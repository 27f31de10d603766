-- A name that does not exist is found even where it never runs.
-- expect: load error there is no 'maths': did you mean 'math'?
-- line: 6
rule "x" { type = integer, function(c)
  if c.amount < 0 then
    return maths.floor(c.amount) end
  return 1
end }
