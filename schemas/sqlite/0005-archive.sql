-- What archiving needs. A customer is in this database or, with all that hangs on it, in the archive: another database of
-- this schema. Two databases share no commit; where a customer is, this one says (see docs/decisions/0021).

-- Customers that are in the archive, with the keys by which imported rows are recognised. Empty in the archive itself.
CREATE TABLE archived_customers (
  id          INTEGER PRIMARY KEY,
  archived_at TEXT NOT NULL,
  run_id      INTEGER NOT NULL CONSTRAINT archived_customers_run REFERENCES runs (id),
  policy      TEXT,
  kind        TEXT NOT NULL,
  email_key   TEXT,
  phone_key   TEXT,
  name_key    TEXT,
  birthday    TEXT,
  tax_id      TEXT,
  row_hash    INTEGER
) STRICT;
CREATE INDEX archived_customers_run_id    ON archived_customers (run_id);
CREATE INDEX archived_customers_email_key ON archived_customers (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX archived_customers_phone_key ON archived_customers (phone_key) WHERE phone_key IS NOT NULL;
CREATE INDEX archived_customers_row_hash  ON archived_customers (row_hash) WHERE email_key IS NULL AND row_hash IS NOT NULL;

CREATE TABLE archived_external_ids (
  external_id TEXT NOT NULL,
  source      TEXT NOT NULL,
  customer_id INTEGER NOT NULL CONSTRAINT archived_external_ids_customer REFERENCES archived_customers (id) ON DELETE CASCADE,
  PRIMARY KEY (external_id, source, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archived_external_ids_customer_id ON archived_external_ids (customer_id);

-- Old ids of customers that were merged into archived ones.
CREATE TABLE archived_old_ids (
  old_id      INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL CONSTRAINT archived_old_ids_customer REFERENCES archived_customers (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX archived_old_ids_customer_id ON archived_old_ids (customer_id);

-- Runs whose changes of an archived customer are in the archive: they cannot be undone as long as they are.
CREATE TABLE archived_changes (
  customer_id INTEGER NOT NULL CONSTRAINT archived_changes_customer REFERENCES archived_customers (id) ON DELETE CASCADE,
  run_id      INTEGER NOT NULL CONSTRAINT archived_changes_run REFERENCES runs (id),
  PRIMARY KEY (customer_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archived_changes_run_id ON archived_changes (run_id);

-- The journal: customers whose copy in the archive does not count, because it was being made, or has been brought back.
CREATE TABLE archive_journal (
  customer_id INTEGER PRIMARY KEY,
  run_id      INTEGER NOT NULL
) STRICT;

-- Customers that were brought back, by the run that moved them away, and by the one that brought them back.
CREATE TABLE archive_returns (
  run_id     INTEGER NOT NULL CONSTRAINT archive_returns_run REFERENCES runs (id),
  first_id   INTEGER NOT NULL,
  last_id    INTEGER NOT NULL,
  PRIMARY KEY (run_id, first_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_returns_range ON archive_returns (first_id, last_id);

-- Companies of customers that are on this side of the border while the company is on the other.
CREATE TABLE away_companies (
  customer_id INTEGER PRIMARY KEY CONSTRAINT away_companies_customer REFERENCES customers (id) ON DELETE CASCADE,
  company_id  INTEGER NOT NULL
) STRICT;
CREATE INDEX away_companies_company_id ON away_companies (company_id);
