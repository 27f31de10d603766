#!/bin/bash
# assay test: examples, samples, properties; what it says when they do not hold, and of wrong tests.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
mkdir -p rules
cp -r "$MINI" rules/mini
tests() { cat >rules/mini/tests.lua; } # from standard input
on_line() { grep -n "$1" rules/mini/tests.lua | head -n 1 | cut -d: -f1; }

assay "a pack without tests" 7 test mini
says "is told how to write one" err "write rules/mini/tests.lua"

tests <<'END'
as_of "2025-09-26T15:00:00+08:00"
example "a good customer" {
  given = { id = "M1", amount = 1500, kind = "good" },
  expect = { grade = "A", credit_limit = 1500, touchy = 1, warnings = none,
             next_follow_up = "2025-09-27T10:00:00Z" },
}
example "a big one" {
  given = { amount = "9000.00", kind = "good" },
  expect = { warnings = has("BIG"), grade = is("not(C)"), credit_limit = is("[8000..9000]") },
}
example "what counts as big is a parameter" {
  given = { amount = 1500 }, params = { big = 1000 },
  expect = { warnings = "BIG:1500.00" },
}
example "a rule that fails" { given = { name = "boom" }, expect = fails("RULE_ERROR") }
example "below nothing" { given = { amount = -1 }, expect = rejected("NEGATIVE:amount") }
examples "grades at their bounds" {
  given = { name = "x" }, inputs = { "amount", "kind" }, outputs = { "grade", "warnings" },
  { 1000,   "good", "A", none },
  { 999.99, "good", "B", none },
  { 100,    "",     "B", lacks("BIG") },
  { 99.99,  "bad",  "C", none },
  { "",     "",     "C", none },
}
examples "from a spreadsheet" { file = "examples.csv" }
examples "the sample" { customers = "customers.csv", expected = "expected.csv" }
property "a limit is never negative" { "credit_limit >= 0", cases = 200 }
property "more is never worse" { raise = "amount", never = { worse = "grade", less = "credit_limit" }, given = { kind = "good" } }
END
cat >rules/mini/examples.csv <<'END'
example,amount,kind,expect grade,expect warnings
a row by its name,1000.00,good,A,
,5000.00,bad,B,BIG:5000.00
END
cat >rules/mini/customers.csv <<'END'
id,name,amount,kind
S1,one,250.00,bad
S2,two,1.00,bad
END
cat >rules/mini/expected.csv <<'END'
grade,id,credit_limit
B,S1,250.00
C,S2,0.00
END
assay "tests that hold" 0 test mini
says "are counted" out "mini: 15 passed, 0 failed"
assay "as TAP" 0 test mini --format tap
says "each is a line" out "ok 11 - a row by its name"
says "and the plan stands at the end" out "1..15"
assay "as JUnit" 0 test mini --format junit
says "the totals are right" out 'tests="15" failures="0"'
holds "and it is XML" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$T/out"
assay "only some" 0 test mini --only bounds
says "are run" out "mini: 5 passed, 0 failed"
cp out first
assay "again" 0 test mini --only bounds
same "gives the same" out first

# ---- what does not hold
tests <<'END'
as_of "2025-09-26T15:00:00+08:00"
example "wrong value" { given = { amount = 1500, kind = "good" }, expect = { grade = "B", credit_limit = 1500.5 } }
example "wrong code" { given = { amount = 9000 }, expect = { warnings = none } }
example "no such code" { given = { amount = 10 }, expect = { warnings = has("BIG") } }
example "wrong test" { given = { amount = 10 }, expect = { credit_limit = is("> 10") } }
example "not refused" { given = { amount = 1 }, expect = rejected("NEGATIVE:amount") }
example "refused otherwise" { given = { amount = -1 }, expect = rejected("BAD_VALUE:amount") }
example "does not fail" { given = { amount = 1 }, expect = fails("RULE_ERROR") }
example "fails" { given = { name = "boom" }, expect = { grade = "A" } }
property "never 500 or more" { "credit_limit < 500" }
property "a bad one is never more" { raise = "amount", never = { better = "grade" } }
property "nobody fits" { "credit_limit >= 0", when = "amount > 100 and amount < 50" }
END
assay "tests that do not hold" 1 test mini
says "a value: expected and got" out "grade             expected B, got A"
says "each of them" out "credit_limit      expected 1500.5, got 1500.00"
says "where it stands" out "rules/mini/tests.lua:$(on_line 'wrong value'): FAILED  wrong value"
says "none expected" out "warnings          expected none, got BIG:9000.00"
says "a code expected" out "warnings          expected to have BIG, got none"
says "a test expected" out "credit_limit      expected > 10, got 10.00"
says "refusal expected" out "expected to be refused with NEGATIVE:amount, but it is graded"
says "another refusal" out "expected to be refused with BAD_VALUE:amount, got NEGATIVE:amount"
says "a fault expected" out "expected to fail with RULE_ERROR, but it is graded"
says "a fault where none was expected" out "RULE_ERROR in touchy"
says "the smallest counter-example" out '      given = { amount = "500.00" }'
says "what is broken" out "and credit_limit < 500 is false"
says "of a change" out "grade goes from C to B: better"
says "a property that was not tried" out "it was not tried"
says "all are counted" out "mini: 0 passed, 11 failed"
assay "they fail as TAP too" 1 test mini --format tap
says "with a line" out "not ok 1 - wrong value"

# ---- wrong tests: nothing is run, each mistake is told with its place
wrong() { # name message
  assay "$1" 3 test mini
  says "$1: says why" err "$2"
  silent "$1: without a traceback" err "stack traceback"
}
tests <<<'example "x" { given = { amuont = 1 }, expect = { grade = "A" } }'
wrong "a misspelt field" 'rules/mini/tests.lua:1: error: the pack mini has no field "amuont"; did you mean amount?'
tests <<<'example "x" { given = { amount = 1 }, expect = { grad = "A" } }'
wrong "a misspelt output" 'rules/mini/tests.lua:1: error: no output is called "grad"; did you mean "grade"?'
tests <<<'example "x" { given = { amount = 1 }, expect = { grade = "E" } }'
wrong "an impossible word" 'grade can never be "E": it is choice (A, B, C)'
tests <<<'example "x" { given = { amount = 1 }, expect = { grade = has("A") } }'
wrong "codes of no list" 'grade is no list of codes'
tests <<<'example "x" { given = { amount = 1 } }'
wrong "nothing expected" 'example "x" does not say what must come of it'
tests <<<'example "x" { given = { amount = 1 }, expect = { credit_limit = is("> > 1") } }'
wrong "a bad test" 'rules/mini/tests.lua:1'
tests <<<'examples "x" { inputs = { "amount" }, outputs = { "grade" }, { 1 } }'
wrong "a short row" 'this row has 1 entries, and there are 2 columns'
tests <<<'examples "x" { file = "nowhere.csv" }'
wrong "no such file" 'nowhere.csv is not there'
tests <<<'property "x" { raise = "kind", never = { better = "grade" } }'
wrong "a choice cannot be raised" '"kind" is a choice, which cannot be raised or lowered'
tests <<<'property "x" { raise = "amount" }'
wrong "a change without a never" 'does not say what must never come of the change'
tests <<<'property "x" { raise = "amount", never = { better = "credit_limit" } }'
wrong "money is not better" 'only a choice is better or worse'
tests <<<'property "x" { "credit_limit + 1" }'
wrong "no condition" 'rules/mini/tests.lua:1'
tests <<<'as_of "tomorrow"'
wrong "a bad moment" 'as_of wants a moment'
tests <<<'example "x" { given = { amount = 1 }, params = { bigg = 1 }, expect = { grade = "C" } }'
wrong "no such parameter" 'the pack has no parameter "bigg"; did you mean big?'
tests <<<'exampel "x" { }'
wrong "a misspelt word" "there is no 'exampel': did you mean 'example'?"
tests <<<'example "x" {'
wrong "a syntax error" 'rules/mini/tests.lua:'
tests <<<'while true do end'
wrong "a loop" 'does a loop never end?'

# ---- coverage and suggestions
tests <<'END'
as_of "2025-09-26T15:00:00+08:00"
example "a good one" { given = { amount = 1000, kind = "good" }, expect = { grade = "A" } }
END
assay "coverage as a list" 0 test mini --coverage text
says "counts ways" out "ways taken"
says "names a row that is never taken" out "rules.lua:6"
says "by its step" out "grade  row 2"
says "and a bound without a value on it" out "grade  >= 100.00"
silent "but none that has one" out "grade  >= 1000.00"
assay "too little is covered" 1 test mini --min 90%
says "says how much" err "--min asks for 90 %"
assay "enough is covered" 0 test mini --min 20%
assay "a wrong percentage" 2 test mini --min lots
assay "coverage as a page" 0 test mini --coverage html --output page.html
says "is told where" err "page.html"
holds "marks lines" grep -q '<tr class="miss">' page.html
holds "and escapes them" grep -q '&gt;= 100' page.html
assay "suggestions" 0 test mini --suggest
says "are examples" out 'example "grade: row 2" {'
sed -n '/^-- Suggested/,$p' out >>rules/mini/tests.lua
assay "that hold as they stand" 0 test mini --coverage text
says "and cover everything that can be" out "(100.0 %)"
assay "nothing more is suggested" 0 test mini --suggest
says "and it says so" out "No record was found"
