#!/bin/bash
# The two sources through the program: each kind of bad input has its outcome, exit code and message,
# and a refused record is told with the line where it begins.
# shellcheck source=tests/cli/lib.sh
# shellcheck disable=SC2059
. "$(dirname "$0")/lib.sh"

run() { # name expected-status settings...
  local name=$1 expected=$2
  shift 2
  rm -f x.db*
  assay "$name" "$expected" run "$MINI" --db x.db --quiet --as-of "$AS_OF" "${@/#/--source=}"
}
# What the last run refused, as line,customer,code.
refused() { # name expected...
  local name=$1
  shift
  "$ASSAY" rejects mini --db x.db --format csv | tail -n +2 | cut -d, -f3-5 >got
  printf '%s\n' "$@" >wanted
  same "$name" got wanted
}
table() { printf "$@" >in.csv; }
IN=path=$T/in.csv

# ---- lines
for end in '\n' '\r\n' '\r'; do
  table "id,name,amount,kind${end}C1,\"a${end}b\",10,good${end}${end}C2,b,x,bad${end}C3,c,1${end}C4,d,-1,bad"
  run "line ends $end" 1 "$IN"
  refused "are counted alike" 5,C2,BAD_VALUE:amount 6,,RAGGED 7,C4,NEGATIVE:amount
done
table 'id,name,amount,kind\r\nC1,a,10,good\rC2,b,x,bad\n\r\nC3,c,y,good'
run "mixed line ends" 1 "$IN"
refused "are counted" 3,C2,BAD_VALUE:amount 5,C3,BAD_VALUE:amount
table '\xEF\xBB\xBFid;name;amount;kind\nC1;"x ""y""; z";10;good\nC2;"open;1;bad\nC3;c;5;bad\n'
run "a byte order mark, semicolons, a quote that is never closed" 1 "$IN" "delimiter=;"
refused "cost one record" 3,,RAGGED
table 'id,name,amount,kind\nC1,a\x00b,10,good\nC2,\xB1\xB1\xBE\xA9,1,bad\nC1,c,1,bad\nC1,d,1,bad\n'
run "a NUL byte, another encoding and a key that comes twice" 1 "$IN"
refused "are told" 2,,BAD_VALUE:name 3,,ENCODING 5,C1,DUPLICATE_ID
table 'id,name,amount,kind\nC1,\xB1\xB1\xBE\xA9,10,good\nC2,\xB1\xFF,1,bad\n\nC3,x\x80,1,bad\nC4,\xB1,1,bad\n'
run "GB18030 with bytes that are none" 1 "$IN" encoding=gb18030
refused "are told" 3,,ENCODING 5,,ENCODING 6,,ENCODING

# ---- numbers that are too large
table 'id,name,amount,kind\nC1,a,-92233720368547758.08,good\nC2,b,92233720368547758.08,good\n'
run "an amount that does not fit" 1 "$IN"
assay "rejects" 0 rejects mini --db x.db --format csv
says "tells the range" out "from -92233720368547758.07 to 92233720368547758.07"

# ---- a file without a key
table 'name,amount,kind\na,10,good\n"b\nc",x,bad\nd,1\ne,4,good\n'
run "numbers for a key" 1 "$IN" row_number=id
refused "name refused records as well" 3,2,BAD_VALUE:amount 5,3,RAGGED
assay "and those after them" 0 show mini 4 --db x.db
table 'id,name,amount,kind\nC1,a,10,good\n'
run "numbers under the name of a column" 4 "$IN" row_number=id
says "are refused" err "row_number=id: $T/in.csv has a column \"id\" already, as number 1"

# ---- a file that is no table
table ''
run "an empty file" 4 "$IN"
says "says what is expected" err "the file is empty: expected a header line"
table 'id,name,amount,kind\n'
run "a header alone" 0 "$IN"
table 'id,name,amount,kind,name\nC1,a,10,good,b\n'
run "a column twice" 4 "$IN"
says "is named" err 'the column "name" is there twice, as number 2 and as number 5'
table 'id,nmae,amuont,kind\nC1,a,10,good\n'
run "columns that are misspelt" 4 "$IN"
says "are guessed" err "no column 'name' for field name"
says "all at once" err "did you mean 'amuont'?"
table 'id;name;amount;kind\nC1;a;10;good\n'
run "another delimiter" 4 "$IN"
says "is guessed" err "set delimiter=;"
table '\x28\xB5\x2F\xFD....'
run "another packing" 4 "$IN"
says "is named" err "this is zstd: unpack it"

# ---- how it comes
customers 3000 many.csv
gzip -k many.csv
run "gzip" 0 "path=$T/many.csv.gz"
says "is read" out "3,000 records"
head -c 9000 many.csv.gz >cut.csv.gz
run "gzip that is cut off" 4 "path=$T/cut.csv.gz"
says "says so" err "the gzip data ends too early: the file is cut off"
mkfifo pipe
(dd if=many.csv bs=777 2>/dev/null >pipe) &
run "a pipe" 0 "path=$T/pipe"
says "is read" out "3,000 records"
wait
"$ASSAY" run "$MINI" --db stdin.db --quiet --source path=- <many.csv >out 2>err
holds "standard input" grep -q "3,000 records" out
run "a folder" 4 "path=$T"
says "is told" err "this is a folder, not a file"
run "a file that is not there" 4 "path=$T/none.csv"
says "is told" err "cannot be opened: No such file or directory"

# ---- SQLite
db() { rm -f s.db*; sqlite3 s.db "$1"; }
S="plugin=sqlite path=$T/s.db"
columns='id TEXT, name TEXT, amount, kind TEXT'
db "CREATE TABLE t($columns); INSERT INTO t VALUES('C1', 'a', 10, 'good'), ('C2', x'00', 1, 'bad'),
  ('C3', CAST(x'FF' AS TEXT), 1, 'bad'), ('C4', 'd', 9e999, 'bad'), ('C5', 'e', 0.001, 'bad')"
# shellcheck disable=SC2086
run "a table" 1 $S table=t
refused "rows that do not fit, by their row id" 2,C2,BAD_VALUE:name 3,C3,ENCODING \
  4,C4,BAD_VALUE:amount 5,C5,BAD_VALUE:amount
# shellcheck disable=SC2086
run "a table that is not there" 4 $S table=tt
says "is guessed" err 'no table "tt"; did you mean "t"?'
# shellcheck disable=SC2086
run "a query that is none" 4 $S "query=SELEC 1"
says "says where" err 'query: near "SELEC": syntax error'
# shellcheck disable=SC2086
run "a query that writes" 4 $S "query=DELETE FROM t"
says "is refused" err "expected a SELECT that gives rows"
run "a file that is no database" 4 plugin=sqlite "path=$T/many.csv" table=t
says "is told" err "this is not a SQLite database"
run "a database that is not there" 4 plugin=sqlite "path=$T/none.db" table=t
says "is told" err "cannot be opened: No such file or directory"
holds "and not made" test ! -e none.db
db "CREATE TABLE t(id TEXT PRIMARY KEY, name, amount, kind) WITHOUT ROWID; CREATE VIEW v AS SELECT * FROM t;
  INSERT INTO t VALUES('C2', 'b', 'x', 'bad'), ('C1', 'a', 10, 'good')"
for name in t v; do
  # shellcheck disable=SC2086
  run "rows without an id ($name)" 1 $S table=$name
  refused "are counted" 2,C2,BAD_VALUE:amount
done
