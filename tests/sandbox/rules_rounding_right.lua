-- Rounding goes by the decimals, not by the binary fraction.
-- expect: value 2.68 1.01 0.3 172000
rule "x" { type = text, function(c)
  return table.concat({ rounding.half_up(2.675, 2), rounding.half_up(1.005, 2), rounding.down(0.3, 0.1),
    rounding.down(172800, 1000) }, " ")
end }
