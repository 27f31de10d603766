-- What declares is not there when rules run.
-- expect: RULE_ERROR 'rule' declares something
rule "x" { type = integer, function(c)
  rule "y" { type = integer, function() return 1 end }
  return 1
end }
