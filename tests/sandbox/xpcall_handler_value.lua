-- A handler as it is meant: it sees the message.
-- expect: value <tests/sandbox/xpcall_handler_value.lua:3: no>
rule "x" { type = text, function(c) return select(2, xpcall(function() error("no") end, function(e) return "<" .. e .. ">" end)) end }
