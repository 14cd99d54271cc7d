-- Back to version 3, whose pairs are of another form.
-- loses decisions of people about duplicates: SELECT count(*) FROM duplicate_decisions
-- loses pairs that may be one customer, as the last search found them: SELECT count(*) FROM duplicate_pairs
-- loses models of searches for duplicates: SELECT count(*) FROM duplicate_models

DROP TABLE duplicate_keys;
DROP TABLE duplicate_arrays;
DROP TABLE duplicate_models;
DROP TABLE duplicate_decisions;
DROP TABLE duplicate_clusters;
DROP TABLE duplicate_pairs;

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
