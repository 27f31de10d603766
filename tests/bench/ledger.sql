-- The ledger workload as SQL, the way it is done today without a rule engine: both files into tables, one
-- aggregation, one table of decisions. Money is counted in cents, so that it is exact.
--   sqlite3 OUT.db -cmd '.cd FOLDER' <ledger.sql
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
CREATE TABLE customers (id TEXT PRIMARY KEY, terms INTEGER) WITHOUT ROWID;
CREATE TABLE lines (id TEXT, due TEXT, amount TEXT, kind TEXT);
.import --csv --skip 1 customers.csv customers
.import --csv --skip 1 lines.csv lines
CREATE TABLE decision AS
SELECT id, invoices, credits, invoices - credits AS balance, oldest, late,
       CASE WHEN late >= 10 THEN 'C' WHEN late >= 5 THEN 'B' ELSE 'A' END AS grade, largest
FROM (
  SELECT c.id,
         sum(CASE WHEN kind = 'invoice' THEN CAST(round(amount * 100) AS INTEGER) ELSE 0 END) AS invoices,
         sum(CASE WHEN kind = 'credit' THEN CAST(round(amount * 100) AS INTEGER) ELSE 0 END) AS credits,
         min(due) AS oldest,
         sum(date(due, '+' || terms || ' days') < '2025-09-26') AS late,
         max(CAST(round(amount * 100) AS INTEGER)) AS largest
  FROM customers c LEFT JOIN lines l ON l.id = c.id AND l.due <= '2025-09-26'
  GROUP BY c.id
);
