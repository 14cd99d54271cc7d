-- The customer database, first version. SQLite >= 3.43 (contentless-delete full text).
-- Instants are TEXT, ISO-8601 UTC with milliseconds and Z; calendar dates are TEXT yyyy-mm-dd; money is INTEGER minor
-- units with an ISO 4217 currency; JSON is checked TEXT. Every child row carries customer_id and is keyed by it first.

CREATE TABLE customers (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  kind               TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'organisation')),
  name               TEXT,
  given_name         TEXT,
  family_name        TEXT,
  company_name       TEXT,                                   -- as written; company_id is the link
  company_id         INTEGER CONSTRAINT customers_company REFERENCES customers (id) ON DELETE SET NULL,
  job_title          TEXT,
  email              TEXT,
  phone              TEXT,                                   -- E.164, or as it came where it was not understood
  phone_ext          TEXT,
  website            TEXT,
  street             TEXT,
  city               TEXT,
  region             TEXT,
  postal_code        TEXT,
  country            TEXT,                                   -- ISO 3166-1 alpha-2, or as it came
  birthday           TEXT,
  gender             TEXT,
  language           TEXT,
  tax_id             TEXT,
  lifecycle_stage    TEXT,
  tier               TEXT,
  owner              TEXT,
  notes              TEXT,
  attributes         TEXT CHECK (attributes IS NULL OR json_valid(attributes)),    -- custom fields, one JSON object
  first_contacted_at TEXT,
  last_contacted_at  TEXT,
  accessed_at        TEXT,
  created_at         TEXT NOT NULL,
  updated_at         TEXT NOT NULL,
  version            INTEGER NOT NULL DEFAULT 1,             -- grows with every change of this row
  email_key          TEXT,                                   -- match keys: derived, never typed
  phone_key          TEXT,
  name_key           TEXT,
  company_key        TEXT,
  row_hash           INTEGER                                 -- hash of the imported row that this record is equal to
) STRICT;

CREATE INDEX customers_email_key   ON customers (email_key, name_key) WHERE email_key IS NOT NULL;
CREATE INDEX customers_phone_key   ON customers (phone_key) WHERE phone_key IS NOT NULL;
CREATE INDEX customers_name_key    ON customers (name_key) WHERE name_key IS NOT NULL;
CREATE INDEX customers_company_key ON customers (company_key) WHERE kind = 'organisation';
CREATE INDEX customers_company_id  ON customers (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX customers_row_hash    ON customers (row_hash) WHERE email_key IS NULL AND row_hash IS NOT NULL;

-- Words of the searchable fields, folded and segmented by the program (see docs/decisions/0004): rowid = customer id.
CREATE VIRTUAL TABLE customer_search USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

CREATE TABLE contact_points (
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  id          INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'address', 'url', 'social', 'messenger')),
  label       TEXT,
  value       TEXT NOT NULL,
  key         TEXT,
  created_at  TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_points_key ON contact_points (kind, key);

CREATE TABLE external_ids (
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  customer_id INTEGER NOT NULL,                              -- no foreign key: spread by external_id
  PRIMARY KEY (external_id, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ids_customer ON external_ids (customer_id);

-- Rows of imported files by the customer they went to, where that customer is no longer equal to the row (row_hash): the
-- same row finds it again, whatever has become of the names. Ids of removed customers may stay; they are never used again.
CREATE TABLE row_marks (
  row_hash    INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  PRIMARY KEY (row_hash, customer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE interactions (
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  id          INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('call', 'email', 'meeting', 'visit', 'ticket', 'complaint', 'campaign', 'survey', 'message', 'note')),
  channel     TEXT,
  direction   TEXT CHECK (direction IN ('in', 'out')),
  subject     TEXT,
  body        TEXT,
  occurred_at TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX interactions_time ON interactions (customer_id, occurred_at);

CREATE TABLE products (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  sku            TEXT,
  sku_key        TEXT UNIQUE,
  name           TEXT NOT NULL,
  price_minor    INTEGER,
  price_currency TEXT CHECK (length(price_currency) = 3)
) STRICT;

CREATE TABLE orders (
  customer_id    INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  id             INTEGER NOT NULL,
  number         TEXT,
  status         TEXT,
  ordered_at     TEXT NOT NULL,
  total_minor    INTEGER NOT NULL,
  total_currency TEXT NOT NULL CHECK (length(total_currency) = 3),
  PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_time ON orders (customer_id, ordered_at);

CREATE TABLE order_items (
  customer_id    INTEGER NOT NULL,
  order_id       INTEGER NOT NULL,
  line           INTEGER NOT NULL,
  product_id     INTEGER CONSTRAINT order_items_product REFERENCES products (id),
  description    TEXT,
  quantity       INTEGER NOT NULL,
  price_minor    INTEGER NOT NULL,
  price_currency TEXT NOT NULL CHECK (length(price_currency) = 3),
  PRIMARY KEY (customer_id, order_id, line),
  FOREIGN KEY (customer_id, order_id) REFERENCES orders (customer_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX order_items_product_id ON order_items (product_id) WHERE product_id IS NOT NULL;

CREATE TABLE consents (
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  channel     TEXT NOT NULL CHECK (channel IN ('email', 'phone', 'sms', 'post', 'messenger', 'any')),
  status      TEXT NOT NULL CHECK (status IN ('in', 'out')),
  ground      TEXT,
  decided_at  TEXT NOT NULL,
  PRIMARY KEY (customer_id, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  tag         TEXT NOT NULL,
  PRIMARY KEY (customer_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag);

CREATE TABLE segments (
  name       TEXT PRIMARY KEY,
  filter     TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened: one row a run; what it changed is in changes, and, for rows made in bulk, in run_inserts.
CREATE TABLE runs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  command       TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('running', 'done', 'undone', 'failed')),
  actor         TEXT NOT NULL,
  host          TEXT NOT NULL,
  arguments     TEXT NOT NULL CHECK (json_valid(arguments)),
  source_name   TEXT,
  source_sha256 TEXT,
  counts        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)),
  undoes_run    INTEGER CONSTRAINT runs_undoes REFERENCES runs (id),
  started_at    TEXT NOT NULL,
  finished_at   TEXT
) STRICT;
CREATE INDEX runs_undoes_run ON runs (undoes_run) WHERE undoes_run IS NOT NULL;

CREATE TABLE changes (
  entity_id INTEGER NOT NULL,                                -- the customer it belongs to
  run_id    INTEGER NOT NULL CONSTRAINT changes_run REFERENCES runs (id),
  seq       INTEGER NOT NULL,                                -- order within the run
  entity    TEXT NOT NULL,                                   -- table name
  action    TEXT NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  before    TEXT CHECK (before IS NULL OR json_valid(before)),                 -- only the fields that differ
  after     TEXT CHECK (after IS NULL OR json_valid(after)),
  PRIMARY KEY (entity_id, run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_run ON changes (run_id, seq);

CREATE TABLE run_inserts (
  run_id   INTEGER NOT NULL CONSTRAINT run_inserts_run REFERENCES runs (id),
  entity   TEXT NOT NULL,
  first_id INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  PRIMARY KEY (run_id, entity, first_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_inserts_range ON run_inserts (entity, first_id, last_id);

CREATE TABLE duplicate_pairs (
  left_id    INTEGER NOT NULL CONSTRAINT duplicate_pairs_left_customer REFERENCES customers (id) ON DELETE CASCADE,
  right_id   INTEGER NOT NULL CONSTRAINT duplicate_pairs_right_customer REFERENCES customers (id) ON DELETE CASCADE,
  score      REAL NOT NULL,
  evidence   TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
  verdict    TEXT CHECK (verdict IN ('auto', 'review', 'distinct')),
  decision   TEXT CHECK (decision IN ('same', 'distinct')),  -- a human's; 'distinct' is remembered for ever
  decided_by TEXT,
  decided_at TEXT,
  PRIMARY KEY (left_id, right_id),
  CHECK (left_id < right_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pairs_right ON duplicate_pairs (right_id);

CREATE TABLE redirects (
  old_id      INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL CONSTRAINT redirects_customer REFERENCES customers (id) ON DELETE CASCADE,
  run_id      INTEGER NOT NULL CONSTRAINT redirects_run REFERENCES runs (id),
  created_at  TEXT NOT NULL
) STRICT;
CREATE INDEX redirects_customer_id ON redirects (customer_id);
CREATE INDEX redirects_run_id ON redirects (run_id);

-- Next free ids of child tables, whose primary key starts with customer_id.
CREATE TABLE sequences (
  name    TEXT PRIMARY KEY,
  next_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
