-- No coroutines: a hook would not follow into them.
-- expect: load error there is no 'coroutine'
rule "x" { type = integer, function(c) return coroutine.wrap(function() return 1 end)() end }
