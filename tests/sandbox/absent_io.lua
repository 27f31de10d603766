-- No files, no processes.
-- expect: load error there is no 'io'
rule "x" { type = text, function(c) return io.open("/etc/passwd"):read("a") end }
