-- What normalising and measuring need: loose match keys, the rule behind a derived value, settings of the database, and
-- what quality was measured when.

ALTER TABLE customers ADD COLUMN name_alt_key TEXT;          -- name_key with formal names for nicknames and pinyin for Han, where it differs
ALTER TABLE customers ADD COLUMN address_key  TEXT;
CREATE INDEX customers_name_alt_key ON customers (name_alt_key) WHERE name_alt_key IS NOT NULL;
CREATE INDEX customers_address_key  ON customers (address_key) WHERE address_key IS NOT NULL;

ALTER TABLE changes ADD COLUMN rules TEXT CHECK (rules IS NULL OR json_valid(rules));    -- field -> rule that its value follows from

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Keys of customers that are there already were made by the rules before these.
INSERT INTO settings (name, value) VALUES ('match_keys', CASE WHEN EXISTS (SELECT 1 FROM customers) THEN '1' ELSE '2' END);

CREATE TABLE quality_reports (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  measured_at TEXT NOT NULL,
  filter      TEXT,                                          -- NULL: all customers
  group_by    TEXT,                                          -- field of --by, NULL without
  customers   INTEGER NOT NULL,
  score       REAL,                                          -- 0 to 1; NULL when there was nothing to measure
  report      TEXT NOT NULL CHECK (json_valid(report))
) STRICT;
CREATE INDEX quality_reports_time ON quality_reports (measured_at);
